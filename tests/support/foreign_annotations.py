"""Files of other annotation programs, written as those programs write them, for a mask of disc and cup."""

from __future__ import annotations

import json

import numpy as np

from unet_desktop.images.opencv import cv2
from unet_desktop.masks.outlines import trace_outlines

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


def outline(plane):
    """(N, 2) corners along pixel edges of one piece without holes."""
    return trace_outlines(plane)[0].outer.astype(float)


def cvat(masks):
    """CVAT for images: the disc as run lengths along rows in its box, the cup as a polygon along pixel edges."""
    images = []
    for number, (name, mask) in enumerate(masks.items()):
        rows, columns = np.nonzero(mask)
        top, left = rows.min(), columns.min()
        crop = mask[top : rows.max() + 1, left : columns.max() + 1] > 0
        bends = np.flatnonzero(np.diff(np.r_[0, crop.ravel(), 0]))
        counts = np.diff(np.r_[0, bends[:-1], crop.size] if bends[-1] == crop.size else np.r_[0, bends, crop.size])
        runs = ", ".join(map(str, counts))
        points = ";".join(f"{x:.2f},{y:.2f}" for x, y in outline(mask == 2))
        images.append(
            f'<image id="{number}" name="{name}" width="{mask.shape[1]}" height="{mask.shape[0]}">'
            f'<mask label="{DISC}" rle="{runs}" left="{left}" top="{top}" width="{crop.shape[1]}" '
            f'height="{crop.shape[0]}" z_order="0"></mask>'
            f'<polygon label="{CUP}" points="{points}" z_order="1"></polygon></image>'
        )
    head = '<?xml version="1.0" encoding="utf-8"?>\n<annotations><version>1.1</version>'
    return f"{head}{''.join(images)}</annotations>"


def geojson(mask):
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
            "properties": {"objectType": "annotation", "classification": {"name": label, "color": [1, 2, 3]}},
        }
        for label, plane in regions_of(mask).items()
        for ring in [outline(plane).tolist()]
    ]
    return {"type": "FeatureCollection", "features": features}


def isat(name, mask):
    objects = [
        {"category": label, "group": 1, "segmentation": traced(plane).tolist(), "layer": 2.0 - number, "iscrowd": False}
        for number, (label, plane) in enumerate(regions_of(mask).items())
    ]
    info = {"description": "ISAT", "name": name, "width": mask.shape[1], "height": mask.shape[0], "depth": 3}
    return {"info": info, "objects": objects}


def brush_bits(plane):
    """Label Studio's run lengths of a plane as RGBA: runs of up to 2**16 equal values, others one by one."""
    values = np.repeat(plane.ravel().astype(np.uint8) * 255, 4)
    bits = [f"{values.size:032b}", f"{7:05b}", *(f"{size - 1:04b}" for size in (3, 4, 8, 16))]
    edges = np.flatnonzero(np.diff(values.astype(int))) + 1
    for start, end in zip(np.r_[0, edges], np.r_[edges, values.size], strict=True):
        head = 4 if end - start > 4 else 0  # the first four of a run as literal values, to write both kinds
        if head:
            bits.append(f"000{head - 1:03b}" + f"{values[start]:08b}" * head)
        bits.append(f"111{end - start - head - 1:016b}{values[start]:08b}")
    text = "".join(bits)
    text += "0" * (-len(text) % 8)
    return [int(text[at : at + 8], 2) for at in range(0, len(text), 8)]


def label_studio(masks):
    tasks = []
    for number, (name, mask) in enumerate(masks.items(), 1):
        height, width = mask.shape
        size = {"original_width": width, "original_height": height, "image_rotation": 0}
        points = (outline(mask == 2) / (width, height) * 100).tolist()
        brush = {"format": "rle", "rle": brush_bits(mask > 0), "brushlabels": [DISC]}
        results = [
            size | {"id": "a", "type": "brushlabels", "value": brush},
            size | {"id": "b", "type": "polygonlabels", "value": {"points": points, "polygonlabels": [CUP]}},
        ]
        url = f"/data/upload/1/0123abcd-{name}"
        tasks.append({"id": number, "data": {"image": url}, "annotations": [{"result": results}]})
    return tasks


def yolo(mask):
    height, width = mask.shape
    lines = []
    for number, plane in enumerate(regions_of(mask).values()):
        shares = (outline(plane) / (width, height)).ravel()
        lines.append(" ".join([str(number), *(f"{share:.6f}" for share in shares)]))
    return "\n".join(lines)


def rootpainter_pictures(plane):
    """(segmentation, annotation) in colours: the segmentation lacks a column, which the annotation adds."""
    lacking = plane.copy()
    lacking[:, 50] = False
    segmentation = np.zeros((*plane.shape, 4), np.uint8)
    segmentation[lacking] = (0, 255, 255, 180)
    annotation = np.zeros_like(segmentation)
    annotation[plane & ~lacking] = (255, 0, 0, 180)
    annotation[:5] = (0, 255, 0, 180)
    return segmentation, annotation


def segment_nrrd(mask):
    """A seg.nrrd with two layers of one value each: the whole disc, and the cup."""
    data = np.stack([(mask > 0).T, (mask == 2).T])[:, :, :, None].astype(np.uint8)
    header = {"encoding": "raw", "kinds": ["list", "domain", "domain", "domain"]}
    for number, name in enumerate((DISC, CUP)):
        header |= {f"Segment{number}_Name": name, f"Segment{number}_Layer": str(number)}
        header |= {f"Segment{number}_LabelValue": "1"}
    return data, header
