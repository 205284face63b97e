"""unet-desktop card and unet-desktop onnx: describe a model, and export it for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from unet_desktop import files
from unet_desktop.cli.console import REPLACE_HELP, output
from unet_desktop.cli.progress import follow
from unet_desktop.cli.segment import find_model
from unet_desktop.engine.events import Message
from unet_desktop.tasks.events import FileWritten
from unet_desktop.tasks.own_files import refuse_foreign

_REPLACE = typer.Option("--replace", help=REPLACE_HELP)
_MODEL = "Model file, or a project's folder for its newest model."


def card(
    model: Annotated[Path, typer.Argument(help=_MODEL)],
    to: Annotated[Path | None, typer.Option(help="Markdown file to write; default: print it.")] = None,
    replace: Annotated[bool, _REPLACE] = False,
) -> None:
    """Describe a model as a model card: data, metrics, intended use, limits, versions."""
    from unet_desktop.tasks.model_card import card_of

    text = card_of(find_model(model))
    if to is None:
        output.print(text, markup=False, highlight=False, soft_wrap=True, end="")
    else:
        if not replace:
            refuse_foreign([to])
        files.write_text(to, text)
        output.print(f"Wrote {to}", markup=False, highlight=False)


def onnx(
    model: Annotated[Path, typer.Argument(help=_MODEL)],
    to: Annotated[Path | None, typer.Option(help="File to write; default: MODEL.onnx in the current folder.")] = None,
    replace: Annotated[bool, _REPLACE] = False,
) -> None:
    r"""Write a model as ONNX and compare it with the checkpoint. Needs: pip install "unet-desktop\[onnx]"."""

    path = find_model(model)

    def events() -> Iterator[Message | FileWritten]:  # torch is imported only when it starts
        from unet_desktop.tasks.model_files import export_onnx

        yield from export_onnx(path, to or Path(f"{path.stem}.onnx"), replace=replace)

    raise typer.Exit(follow(events(), "Exporting").code)
