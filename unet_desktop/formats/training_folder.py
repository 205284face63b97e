"""A plain folder to train from with PyTorch, TensorFlow or anything else: pictures, masks, classes, the split."""

from __future__ import annotations

import json

import numpy as np

from unet_desktop.formats.nnunet import consecutive_values
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import NOT_ANNOTATED, LabelSet
from unet_desktop.masks.indexed_png import grey_png
from unet_desktop.masks.regions import Mask


def encode_classes(mask: Mask, labels: LabelSet) -> bytes:
    """Encode an (H, W) uint8 mask as a grey PNG: 0 background, 1, 2, ... the labels in order, 255 not annotated."""
    table = np.zeros(256, np.uint8)
    for value, number in consecutive_values(labels).items():
        table[value] = number
    table[NOT_ANNOTATED] = NOT_ANNOTATED
    return grey_png(np.asarray(cv2.LUT(mask, table), np.uint8))


def classes_json(labels: LabelSet) -> bytes:
    """Encode what the values of the masks mean."""
    numbers = consecutive_values(labels)
    classes: list[dict[str, object]] = [{"value": 0, "name": "background"}]
    for label in labels:
        region = sorted(numbers[value] for value in labels.region_values(label))
        classes.append(
            {"value": numbers[label.value], "name": label.name, "colour": label.colour, "inside": label.inside}
            | {"region_values": region}
        )
    data = {"classes": classes, "not_annotated": NOT_ANNOTATED, "number_of_classes": len(classes)}
    return (json.dumps(data, indent=2) + "\n").encode()


README = b"""# Training set

`train` and `val` hold `images/NAME.png` (RGB) and `masks/NAME.png` (grey, 8 bits; of the same size and name). No
patient is in both. `classes.json` says what the values of the masks mean: 0 is background, 1, 2, ... are the classes in
their order, 255 is not annotated and must not count in the loss. A class that is inside another belongs to its region:
`region_values` lists the values of each region.

PyTorch:

    image = torchvision.io.read_image("train/images/NAME.png")            # (3, H, W) uint8
    mask = torchvision.io.read_image("train/masks/NAME.png")[0].long()    # (H, W)
    loss = torch.nn.functional.cross_entropy(logits, masks, ignore_index=255)

TensorFlow:

    image = tf.io.decode_png(tf.io.read_file("train/images/NAME.png"), channels=3)
    mask = tf.io.decode_png(tf.io.read_file("train/masks/NAME.png"), channels=1)
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=255)
"""
