"""What a report says in words: its notice, the meaning of figures and flags, and the settings of the run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from unet_desktop import __version__
from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.request import Request

NOTICE = (
    "For research. It is not a medical device. Outlines and figures are proposals of a network, which nobody has "
    "checked: somebody who can judge must look at them before anything is concluded about a patient."
)
_MOST_NAMED = 8
FOOTER = "For research; not a medical device."
FLAG_MEANINGS: Mapping[str, str] = {
    "nothing found": "The network found no disc, or none of what it looks for.",
    "several candidates": "Another place looks much like a disc, too; the network may have taken the wrong one.",
    "cut by the border": "The disc is cut by the border of the picture or of its field of view: figures are too small.",
    "unfamiliar": "The picture is unlike those that the model learned from: another camera, field or disease.",
    "poor quality": "Blurred, too dark or overexposed where it matters.",
}


def definitions(header: CheckpointHeader) -> Iterator[tuple[str, str]]:
    """What each figure means, and where its definition comes from."""
    if cup_and_disc(header.labels) is not None:
        yield (
            "vCDR",
            "Vertical cup-to-disc ratio: height of the cup's bounding box over the disc's, in the picture as it is "
            "stored, upright; 0 where a disc has no cup (Orlando et al. 2020, REFUGE Challenge, Medical Image "
            "Analysis 59, 101570, section 3.3).",
        )
        yield (
            "Likely interval",
            "Ends of the interval in which the ratio that a person would measure probably lies, from what the model's "
            "validation pictures taught about its errors; empty for models without validation pictures.",
        )
    yield (
        "Confidence",
        "The Dice that the model expects of its own outlines, mean over the regions that it found, times how sure it "
        "is of the place; 0 to 1. It orders pictures; it is no probability of a disease.",
    )
    yield (
        "Dice",
        "Overlap of two regions: twice the pixels that they share over the pixels of both; 1 when they are the same.",
    )
    yield (
        "Outlines",
        "The borders of the labels' regions; a region is the label and everything inside it, so that the disc "
        "includes its cup. Close-ups show what was found and what lies round it, not all of the picture.",
    )


def settings(request: Request, header: CheckpointHeader) -> Iterator[tuple[str, str]]:
    """What the run was asked for."""
    if request.sources:
        yield "Pictures", _some(str(source) for source in request.sources)
    chosen = [
        "sub-folders" if request.recursive else "",
        f"taken: {', '.join(request.include)}" if request.include else "",
        f"left out: {', '.join(request.exclude)}" if request.exclude else "",
        f"list: {request.list_file}" if request.list_file else "",
        f"at most {request.limit:,}" if request.limit is not None else "",
    ]
    if any(chosen):
        yield "Chosen by", "; ".join(filter(None, chosen))
    yield "Output", str(request.output)
    yield "Model", str(request.model)
    yield "Fingerprint of the model", header.weights_sha256
    yield "Written", ", ".join(_written(request.outputs))
    yield (
        "Identifiers of DICOM files",
        {"omit": "left out", "hash": "hashed", "keep": "kept"}[request.outputs.identifiers],
    )
    yield "Device", f"{request.device}; cluster {request.cluster}" if request.cluster else request.device
    yield "Program", f"U-Net Desktop {__version__}"


def _some(texts: Iterable[str]) -> str:
    """The first few; somebody may have named thousands of files."""
    texts = list(texts)
    rest = f"; … and {len(texts) - _MOST_NAMED:,} more" if len(texts) > _MOST_NAMED else ""
    return "; ".join(texts[:_MOST_NAMED]) + rest


def _written(outputs: Outputs) -> Iterator[str]:
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
