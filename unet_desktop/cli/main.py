"""The table of commands; turns their errors into messages and exit codes."""

from __future__ import annotations

import errno
import logging

import typer

from unet_desktop import __version__
from unet_desktop.cli import (
    adapt,
    backup,
    cases,
    check,
    demo,
    doctor,
    evaluate,
    export,
    grades,
    import_images,
    import_set,
    labels,
    model,
    propose,
    readers,
    segment,
    train,
    versions,
)
from unet_desktop.cli.console import WRONG_USE, output, show_error
from unet_desktop.cli.remedies import describe_error
from unet_desktop.errors import UserError
from unet_desktop.log import log_path, start_logging

log = logging.getLogger("unet.cli")

app = typer.Typer(
    name="unet-desktop",
    help="Correct segmentation masks by hand and train a U-Net on your corrections. "
    "Without a command, or with the folder of a project, it opens the window.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("import")(import_images.run)
app.command("import-set", epilog=import_set.EPILOG)(import_set.run)
app.command("propose")(propose.run)
app.command("train")(train.run)
app.command("adapt", epilog=adapt.EPILOG)(adapt.run)
app.command("segment", epilog=segment.EPILOG)(segment.run)
app.command("evaluate")(evaluate.run)
app.command("export", epilog=export.EPILOG)(export.run)
app.command("cases", epilog=cases.EPILOG)(cases.run)
app.command("versions")(versions.run)
app.add_typer(labels.app, name="labels")
app.command("grades")(grades.run)
app.command("check", epilog=check.CHECK_EPILOG)(check.check)
app.command("trail")(check.trail)
app.command("bin")(check.manage_bin)
app.command("backup", epilog=backup.EPILOG)(backup.back_up)
app.command("restore", epilog=backup.EPILOG)(backup.restore)
app.add_typer(readers.app)
app.command("card")(model.card)
app.command("onnx")(model.onnx)
app.command("doctor")(doctor.run)
app.command("demo")(demo.run)


@app.command("window")
def _window() -> None:
    """Open the window (the default when no command, or a project folder, is given)."""


@app.command("self-test")
def _self_test() -> None:
    """Check this installation: window, resources, one forward pass."""


@app.callback(invoke_without_command=True)
def _version(version: bool = typer.Option(False, "--version", help="Print the version and exit.")) -> None:
    if version:
        output.print(f"U-Net Desktop {__version__}")
        raise typer.Exit


def main(arguments: list[str]) -> int:
    """Run a command and return its exit code: 0 done, 1 some items failed, 2 usage error or another error."""
    start_logging()
    try:
        app(arguments)
    except UserError as error:
        log.warning("%s", error)
        show_error(describe_error(error))
        return WRONG_USE
    except SystemExit as ending:  # typer ends every command this way
        return ending.code if isinstance(ending.code, int) else WRONG_USE if ending.code else 0
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
            show_error(f"The path {error.filename} is longer than the file system allows. Give a shorter one.")
            return WRONG_USE
        log.exception("unexpected error")
        show_error(f"An unexpected error occurred. The details are in {log_path()}.")
        return WRONG_USE
    return 0
