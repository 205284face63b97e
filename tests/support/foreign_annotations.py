"""Files of other annotation programs, written as those programs write them, for a mask of disc and cup."""

from __future__ import annotations

import json

import numpy as np

from unet_desktop.images.opencv import cv2

DISC, CUP = "optic disc", "optic cup"


def two_discs(height=60, width=80):
    """Label image of a disc with a cup, off the centre so that no axis can be confused."""
    rows, columns = np.mgrid[:height, :width]
    mask = np.zeros((height, width), np.uint8)
    mask[(columns - 50) ** 2 / 14**2 + (rows - 24) ** 2 / 17**2 <= 1] = 1
    mask[(columns - 51) ** 2 / 6**2 + (rows - 25) ** 2 / 8**2 <= 1] = 2
    return mask


def regions_of(mask):
    return {DISC: mask > 0, CUP: mask == 2}


def traced(plane):
    """(N, 2) corners as OpenCV traces them, through the centres of border pixels."""
    found, _ = cv2.findContours(plane.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return found[0].reshape(-1, 2).astype(float)


def column_runs(plane):
    """COCO's uncompressed run lengths."""
    flat = np.r_[False, plane.T.ravel(), False]
    bends = np.flatnonzero(flat[1:] != flat[:-1])
    return np.diff(np.r_[0, bends, plane.size]).tolist()


def coco(masks, segmentation):
    """A COCO file: name of a picture to its mask; `segmentation` makes a region's."""
    images, annotations = [], []
    for number, (name, mask) in enumerate(masks.items(), 1):
        images.append({"id": number, "file_name": name, "height": mask.shape[0], "width": mask.shape[1]})
        for category, plane in enumerate(regions_of(mask).values(), 1):
            annotation = {"id": len(annotations) + 1, "image_id": number, "category_id": category, "iscrowd": 0}
            annotations.append(annotation | {"segmentation": segmentation(plane)})
    categories = [{"id": number, "name": name} for number, name in enumerate((DISC, CUP), 1)]
    return {"images": images, "categories": categories, "annotations": annotations}


def labelme(name, mask, shapes=None):
    if shapes is None:
        shapes = [
            {"label": label, "points": traced(plane).tolist(), "shape_type": "polygon", "group_id": None, "flags": {}}
            for label, plane in regions_of(mask).items()
        ]
    height, width = mask.shape
    return {"version": "5.5.0", "flags": {}, "shapes": shapes, "imagePath": name, "imageData": None} | {
        "imageHeight": height,
        "imageWidth": width,
    }


def write_json(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data), "utf-8")
    return path
