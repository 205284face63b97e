"""A folder of photographs to masks, overlays and a table; one bad file does not stop the rest."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from unet_desktop import __version__, files
from unet_desktop.engine.events import Message
from unet_desktop.engine.segmenter import Segmenter
from unet_desktop.errors import ImageError, UserError, WriteError
from unet_desktop.images.listing import find_images
from unet_desktop.images.read import read_image
from unet_desktop.masks.file import write_mask
from unet_desktop.masks.overlay import outlined, write_jpeg
from unet_desktop.masks.pairs import masks_among
from unet_desktop.masks.trust import UNFAMILIAR
from unet_desktop.tasks.events import ItemDone, Written
from unet_desktop.tasks.measurement_table import measurements, table_text, trust_columns

log = logging.getLogger("unet.tasks")

TABLE = "measurements.csv"
ERRORS = "errors.csv"


def segment_folder(
    source: Path,
    output: Path,
    model: Path,
    *,
    device: str = "auto",
    recursive: bool = False,
    overlays: bool = False,
) -> Iterator[Message | ItemDone | Written]:
    """Segment each picture of a folder (or one picture); masks that lie beside their pictures are left out.

    Writes `output/masks/NAME.png` (indexed), with `overlays` also `output/overlays/NAME.jpg`, then
    `output/measurements.csv` and, where pictures failed, `output/errors.csv`. Sub-folders are mirrored. A picture's
    suffix stays in the name of its mask where two pictures differ in nothing else.

    Raises:
        UserError: before the first event, when folder, model or output cannot be used; later, when nothing can be
            written any more.
    """
    pictures, left_out = _pictures(source, recursive=recursive)
    base = source.parent if source.is_file() else source
    if base is source:
        _refuse_inside(base, output)
    segmenter = Segmenter.open(model, device)
    names = _output_names(pictures, base)
    files.make_folder(output / "masks")
    rows, problems = list[dict[str, object]](), list[dict[str, object]]()
    if left_out:
        yield Message(f"Masks that lie beside their pictures are left out, {left_out} in all.")
    try:
        for done, path in enumerate(pictures, 1):
            relative = path.relative_to(base).as_posix()
            try:
                row = _segment_one(segmenter, path, output, names[path], overlays)
                rows.append({"image": relative} | row)
                yield ItemDone(relative, done, len(pictures), note=_remark(row))
            except WriteError:
                raise
            except Exception as error:  # noqa: BLE001  (whatever is wrong with one picture must not stop the rest)
                problem = _sentence(error, path)
                problems.append({"image": relative, "problem": problem})
                yield ItemDone(relative, done, len(pictures), problem=problem)
    finally:
        # A run that is stopped, too, leaves the table of what it did.
        _write_tables(output, rows, problems)
    yield from _written(output, overlays=overlays, errors=bool(problems))


def _written(output: Path, *, overlays: bool, errors: bool) -> Iterator[Written]:
    """What a run leaves behind, for the last lines of the terminal and the window's banner."""
    yield Written("masks", output / "masks")
    if overlays:
        yield Written("overlays", output / "overlays")
    yield Written("table", output / TABLE)
    if errors:
        yield Written("errors", output / ERRORS)


def _pictures(source: Path, *, recursive: bool) -> tuple[list[Path], int]:
    """What is to be segmented, and how many masks lie beside it."""
    found = [source] if source.is_file() else find_images(source, recursive=recursive)
    masks = masks_among(found)
    return [path for path in found if path not in masks], len(masks)


def _segment_one(segmenter: Segmenter, path: Path, output: Path, name: str, overlays: bool) -> dict[str, object]:
    started = time.perf_counter()
    image = read_image(path)
    prediction = segmenter.segment(image.pixels)
    labels = segmenter.header.labels
    target = output / "masks" / f"{name}.png"
    files.make_folder(target.parent)
    write_mask(target, prediction.mask, labels)
    if overlays:
        drawn = output / "overlays" / f"{name}.jpg"
        files.make_folder(drawn.parent)
        write_jpeg(drawn, outlined(image.pixels, prediction.mask, labels))
    height, width = prediction.mask.shape
    return (
        {"mask": f"masks/{name}.png", "height_px": height, "width_px": width, "found": prediction.found}
        | {"confidence": round(prediction.confidence, 4)}
        | measurements(prediction.mask, labels)
        | trust_columns(prediction.trust)
        | {
            "note": " ".join(filter(None, (image.note, UNFAMILIAR if prediction.trust.unfamiliar else ""))),
            "model": segmenter.header.weights_sha256[:16],
            "program": f"U-Net Desktop {__version__}",
            "seconds": round(time.perf_counter() - started, 3),
        }
    )


def _remark(row: dict[str, object]) -> str:
    """What is also worth saying at once; that a picture was turned, say, is for the table alone."""
    return UNFAMILIAR if UNFAMILIAR in str(row["note"]) else ""


def _sentence(error: Exception, path: Path) -> str:
    if isinstance(error, UserError):
        return str(error)
    log.error("%s could not be segmented", path, exc_info=error)
    return f"{path} could not be segmented ({type(error).__name__}: {error}). The log has the details."


def _write_tables(output: Path, rows: list[dict[str, object]], problems: list[dict[str, object]]) -> None:
    files.write_text(output / TABLE, table_text(rows))
    if problems:
        files.write_text(output / ERRORS, table_text(problems))
    else:
        (output / ERRORS).unlink(missing_ok=True)


def _refuse_inside(base: Path, output: Path) -> None:
    inside, outside = output.resolve(), base.resolve()
    if inside == outside or outside in inside.parents:
        raise ImageError(f"The output {output} lies inside {base}. Choose a folder outside the pictures' folder.")


def _output_names(pictures: list[Path], base: Path) -> dict[Path, str]:
    """A mask's name for each picture: without suffix, or with it where the name alone would meet another's."""
    stems = {path: path.relative_to(base).with_suffix("").as_posix() for path in pictures}
    often = Counter(stem.casefold() for stem in stems.values())
    names: dict[Path, str] = {}
    # Unambiguous names first: they are kept as they are, the others make way.
    taken = {stem.casefold() for stem in stems.values() if often[stem.casefold()] == 1}
    for path, stem in stems.items():
        name = stem
        if often[stem.casefold()] > 1:
            name = wanted = f"{stem}_{path.suffix[1:]}"
            number = 2
            while name.casefold() in taken:
                name, number = f"{wanted}-{number}", number + 1
            taken.add(name.casefold())
        names[path] = name
    return names
