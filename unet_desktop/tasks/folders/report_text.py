"""Texts of a run's report: notice, definitions, meanings of flags, settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from unet_desktop import __version__
from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.labels import LabelSet
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.request import Request

NOTICE = (
    "For research use; not a medical device. A network proposed these outlines and measurements, and nobody has "
    "checked them. An expert must review them before they say anything about a patient."
)
_MAX_NAMED = 8
FOOTER = "For research use; not a medical device."


def flag_meanings(labels: LabelSet) -> Mapping[str, str]:
    """What each flag means for these labels."""
    located = labels.location_label()
    name = "structure" if located is None else located.name
    eye = labels.shows_eye()
    border = "the picture or of its field of view" if eye else "the picture"
    other = "another camera, field of view or disease" if eye else "another instrument, preparation or kind of sample"
    return {
        "nothing found": "The network found none of its labels.",
        "several candidates": f"Several places look like the {name}; the network may have chosen the wrong one.",
        "cut by the border": f"The border of {border} cuts the {name}; measurements are too small.",
        "two photographs": "The picture shows two photographs, such as a stereo pair; its flags say what was measured.",
        "unfamiliar": f"The picture is unlike the training pictures: {other}.",
        "another framing": "The disc is much larger or smaller, or the dark surround differs from the training.",
        "another camera": "Fine detail or field of view differs from the training pictures, as from another camera.",
        "not a fundus photograph": "It does not look like a fundus photograph, so nothing is marked in it.",
        "poor quality": "Blurred, too dark or overexposed where it matters.",
    }


def definitions(labels: LabelSet) -> Iterator[tuple[str, str]]:
    """Define each measurement of a model's masks, with its source."""
    has_ratio = cup_and_disc(labels) is not None
    if has_ratio:
        yield VCDR
        yield (
            "Likely interval",
            "The interval that probably contains the ratio that a person would measure, estimated from the model's "
            "errors on its validation pictures; empty for models without validation pictures.",
        )
    yield (
        "Confidence",
        "The Dice that the model expects of its own outlines, averaged over the regions that it found, times its "
        "certainty about their place; 0 to 1. It ranks pictures; it is not the probability of a finding.",
    )
    yield DICE
    yield define_outlines(labels)


VCDR = (
    "vCDR",
    "Vertical cup-to-disc ratio: height of the cup's bounding box divided by the disc's, in the upright "
    "picture; 0 for a disc without a cup (Orlando et al. 2020, REFUGE Challenge, Medical Image "
    "Analysis 59, 101570, section 3.3).",
)
DICE = (
    "Dice",
    "Overlap of two regions: twice the pixels that they share divided by the sum of their pixels; 1 when equal.",
)


def define_outlines(labels: LabelSet) -> tuple[str, str]:
    """Define what is outlined."""
    inner = next((label for label in labels if label.inside is not None), None)
    example = "" if inner is None else f", so the {inner.inside} includes its {inner.name}"
    return (
        "Outlines",
        f"The borders of the labels' regions. A region is a label and everything inside it{example}. Close-ups show "
        "what was found and its surroundings, not the whole picture.",
    )


def settings(request: Request, header: CheckpointHeader) -> Iterator[tuple[str, str]]:
    """List the run's settings."""
    if request.sources:
        yield "Pictures", _some(str(source) for source in request.sources)
    chosen = [
        "subfolders" if request.recursive else "",
        f"include: {', '.join(request.include)}" if request.include else "",
        f"exclude: {', '.join(request.exclude)}" if request.exclude else "",
        f"list: {request.list_file}" if request.list_file else "",
        f"at most {request.limit:,}" if request.limit is not None else "",
    ]
    if any(chosen):
        yield "Selection", "; ".join(filter(None, chosen))
    yield "Output", str(request.output)
    yield "Model", str(request.model)
    yield "Model fingerprint", header.weights_sha256
    yield "Written", ", ".join(list_files(request.outputs))
    yield (
        "DICOM identifiers",
        {"omit": "omitted", "hash": "hashed", "keep": "kept"}[request.outputs.identifiers],
    )
    yield "Device", f"{request.device}; cluster {request.cluster}" if request.cluster else request.device
    yield "Program", f"U-Net Desktop {__version__}"


def _some(texts: Iterable[str]) -> str:
    """Join the first few; there may be thousands."""
    texts = list(texts)
    rest = f"; … and {len(texts) - _MAX_NAMED:,} more" if len(texts) > _MAX_NAMED else ""
    return "; ".join(texts[:_MAX_NAMED]) + rest


def list_files(outputs: Outputs) -> Iterator[str]:
    """Yield what a run writes, in words."""
    if outputs.masks:
        yield "masks (indexed PNG)"
    if outputs.regions:
        yield "a binary PNG for each region"
    if outputs.probabilities != "none":
        yield f"probability maps ({outputs.probabilities} bits)"
    if outputs.overlays:
        yield "overlays"
    yield from (f"contours ({kind})" for kind in sorted(outputs.contours))
    if outputs.dicom_seg:
        yield "DICOM segmentations"
    yield from (f"table ({kind})" for kind in outputs.tables)
    yield from (f"report ({kind})" for kind in outputs.reports)
