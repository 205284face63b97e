"""nnU-Net's raw data (version 2): label images of consecutive values, dataset.json, and a split of its own.

After its documentation: dataset_format.md, region_based_training.md, ignore_label.md, manual_data_splits.md. Nested
labels become regions, so that nnU-Net learns and measures them as this program does; pixels that nobody annotated get
its ignore label, which has the highest value.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from unet_desktop.images.opencv import cv2
from unet_desktop.labels import NOT_ANNOTATED, Label, LabelSet
from unet_desktop.masks.indexed_png import grey_png
from unet_desktop.masks.regions import Mask

_RESERVED = frozenset({"background", "ignore"})
"""Names of labels that mean something to nnU-Net."""


def consecutive_values(labels: LabelSet) -> dict[int, int]:
    """Map each label's value to its number from 1, and "not annotated" to the number after the last."""
    numbers = {label.value: number for number, label in enumerate(labels, 1)}
    return numbers | {NOT_ANNOTATED: len(numbers) + 1}


def encode_labels(mask: Mask, labels: LabelSet) -> bytes:
    """Encode an (H, W) uint8 mask as a grey PNG of consecutive values; not annotated pixels get the ignore label."""
    table = np.zeros(256, np.uint8)
    for value, number in consecutive_values(labels).items():
        table[value] = number
    return grey_png(np.asarray(cv2.LUT(mask, table), np.uint8))


def dataset_json(labels: LabelSet, count: int, *, ignores: bool) -> bytes:
    """Encode dataset.json for RGB pictures, one PNG each (`NAME_0000.png`).

    Args:
        labels: of the masks.
        count: number of training cases, validation included.
        ignores: some pixels have the ignore label.
    """
    numbers = consecutive_values(labels)
    nested = any(label.inside is not None for label in labels)
    declared: dict[str, object] = {"background": 0}
    for label in labels:
        region = sorted(numbers[value] for value in labels.region_values(label))
        declared[_name(label)] = region if nested and len(region) > 1 else numbers[label.value]
    if ignores:
        declared["ignore"] = numbers[NOT_ANNOTATED]
    data: dict[str, object] = {
        "channel_names": {"0": "red", "1": "green", "2": "blue"},
        "labels": declared,
        "numTraining": count,
        "file_ending": ".png",
        "overwrite_image_reader_writer": "NaturalImage2DIO",
    }
    if nested:  # later ones overwrite earlier ones, and a label comes after the one that it is inside of
        data["regions_class_order"] = [numbers[label.value] for label in labels]
    return (json.dumps(data, indent=2) + "\n").encode()


def splits_json(train: Sequence[str], validation: Sequence[str]) -> bytes:
    """Encode splits_final.json with one fold."""
    return (json.dumps([{"train": list(train), "val": list(validation)}], indent=2) + "\n").encode()


def _name(label: Label) -> str:
    return f"{label.name} (label)" if label.name in _RESERVED else label.name
