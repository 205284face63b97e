"""The metadata of an ONNX file: everything that another program needs to get this program's masks from it.

docs/onnx.md explains each entry, step by step.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from unet_desktop import __version__
from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.engine.data.preprocess import MIN_DEVIATION
from unet_desktop.engine.inference import crop_segmenter, locate, search, star_outline
from unet_desktop.engine.inference.familiarity import SIDE
from unet_desktop.engine.inference.predictor import OVERLAP, TILE_FACTOR
from unet_desktop.engine.inference.uncertainty import THRESHOLD
from unet_desktop.engine.networks.specs import NetworkSpec
from unet_desktop.images import crop
from unet_desktop.images.tiles import MIN_BLEND_WEIGHT
from unet_desktop.labels import BACKGROUND, NOT_ANNOTATED, LabelSet
from unet_desktop.masks.measure import cup_and_disc

VERSION = 3
"""Of the metadata; files without one are of version 1, which did not hold everything. Version 2 had no surround colour,
no further search and no outlines."""


def onnx_metadata(name: str, specs: Mapping[str, NetworkSpec], header: CheckpointHeader) -> dict[str, str]:
    """Metadata of the file of one network; structured values are JSON.

    Args:
        name: "locate", "segment", or "features" for the segmenting network's features.
        specs: of all networks of the model.
        header: of the checkpoint.
    """
    spec = specs["segment" if name == "features" else name]
    is_features = name == "features"
    side = features_side(spec) if is_features else spec.size
    plain = {
        "metadata_version": str(VERSION),
        "made_by": "U-Net Desktop",
        "program_version": __version__,
        "fingerprint": header.weights_sha256,
        "network": name,
        "framing": spec.framing,
        "size": str(side),
        "crop_factor": str(spec.crop_factor),
        "working_side": str(spec.working_side),
        "input": "RGB 0..255, float32",
        "input_layout": "NCHW",
        "channel_order": "RGB",
        "output": "one mean per channel of the network"
        if is_features
        else "one probability plane a label's region (the label and everything inside it), threshold 0.5",
        "orientation": "upright: the picture's EXIF orientation is applied",
    }
    structured: dict[str, Any] = {
        "networks": [*specs, *(["features"] if "typical" in header.trust else [])],
        "input_sides": {"multiple_of": 32, "at_most": TILE_FACTOR * spec.size} if spec.framing == "patches" else side,
        "normalisation": _normalisation(spec),
        "outside": "repeat the edge" if spec.framing == "patches" else [0, 0, 0],
        "surround": _surround() if "locate" in specs else None,
        "mirror": not is_features,
        **_rules(),
        **_locating(specs, header),
        "outlines": _outlines(header.labels) if specs["segment"].framing != "patches" else None,
        "only_fundus": header.trust.get("appearances", {}).get("fundus") is True,
        **_masks(name, header.labels),
    }
    return plain | {key: json.dumps(value) for key, value in structured.items()}


def _rules() -> dict[str, Any]:
    """What is the same for all models."""
    return {
        "threshold": THRESHOLD,
        "resampling": {
            "crop": "halve by the mean of 2 x 2 pixels while more than max_reduction, then bilinear at pixel centres",
            "max_reduction": crop.MAX_REDUCTION,
            "working_side": "mean over area",
            "probabilities": "bilinear at pixel centres, edge repeated",
        },
        "tiles": {
            "side_factor": TILE_FACTOR,
            "overlap": 1 / OVERLAP,
            "weight": "sin(pi * (i + 0.5) / side) squared, rows times columns",
            "min_weight": MIN_BLEND_WEIGHT,
        },
        "tidying": {
            "connectivity": 8,
            "steps": ["keep the largest piece of a unique label", "fill its holes", "clip each label to its parent"],
        },
    }


def _locating(specs: Mapping[str, NetworkSpec], header: CheckpointHeader) -> dict[str, Any]:
    """How the label to locate is found, and one of several places is chosen."""
    located = header.labels.location_label() if "locate" in specs else None
    return {
        "location_label": None if located is None else located.name,
        "location": {
            "min_peak": locate.MIN_PEAK,
            "threshold": THRESHOLD,
            "peak_share": locate.PEAK_SHARE,
            "heavy_share": locate.HEAVY_SHARE,
            "rival_share": locate.RIVAL_SHARE,
            "max_candidates": locate.MAX_CANDIDATES,
        },
        "search": _search() if "locate" in specs else None,
        "prototype": header.trust.get("typical", {}).get("direction"),
        "features_side": features_side(specs["segment"]),
    }


def _surround() -> dict[str, Any]:
    """In which colour a picture goes on beyond its border."""
    return {
        "colour": "black if the border is dark, else the median of each channel of the others sampled, cut to integers",
        "sampled_lines": crop.SAMPLED_LINES,
        "dark": crop.DARK,
        "dark_share": crop.DARK_SHARE,
    }


def _search() -> dict[str, Any]:
    """How places are scored, and where else to look if the first one is not sure."""
    return {
        "sure": search.SURE,
        "min_score": search.MIN_SCORE,
        "max_attempts": search.MAX_ATTEMPTS,
        "size_tolerance": crop_segmenter.SIZE_TOLERANCE,
        "far": locate.FAR,
        "same": search.SAME,
        "no_worse": search.NO_WORSE,
        "afar": locate.AFAR,
        "part": locate.PART,
        "max_parts": locate.MAX_PARTS,
        "same_distance": locate.SAME_DISTANCE,
        "same_size": locate.SAME_SIZE,
    }


def _outlines(labels: LabelSet) -> dict[str, Any] | None:
    """How disc and cup are replaced by smooth outlines; None for labels without such a pair."""
    pair = cup_and_disc(labels)
    if pair is None:
        return None
    cup, disc = pair
    return {
        "disc": {"name": disc.name, "harmonics": star_outline.DISC_HARMONICS},
        "cup": {"name": cup.name, "harmonics": star_outline.CUP_HARMONICS},
        "directions": star_outline.DIRECTIONS,
        "steps_per_pixel": star_outline.STEPS_PER_PIXEL,
        "reweightings": star_outline.REWEIGHTINGS,
        "centrings": star_outline.CENTRINGS,
        "min_pixels": star_outline.MIN_PIXELS,
        "reach": star_outline.REACH,
        "outlier": star_outline.OUTLIER,
        "normal": star_outline.NORMAL,
        "min_deviation": star_outline.MIN_DEVIATION,
        "cut_off": star_outline.CUT_OFF,
        "min_trusted": star_outline.MIN_TRUSTED,
        "ridge": star_outline.RIDGE,
        "edge": [star_outline.MIN_EDGE, star_outline.MAX_EDGE],
    }


def _masks(name: str, labels: LabelSet) -> dict[str, Any]:
    """What the output's planes and the mask's values are."""
    located = labels.location_label()
    planes = {"locate": [] if located is None else [located.name], "features": []}
    return {
        "planes": planes.get(name, [label.name for label in labels]),
        "labels": labels.to_json(),
        "background": BACKGROUND,
        "not_annotated": NOT_ANNOTATED,
    }


def features_side(spec: NetworkSpec) -> int:
    """Side of the picture that the file "features" takes, pixels."""
    return min(spec.size, SIDE)


def _normalisation(spec: NetworkSpec) -> dict[str, object]:
    """What the file itself does to its input; another program must not do it again."""
    if spec.by_picture:
        return {"in_file": True, "kind": "mean and deviation of each channel of each picture", "min": MIN_DEVIATION}
    return {"in_file": True, "kind": "fixed", "mean": spec.mean, "deviation": spec.deviation}
