"""Commands of projects: making, opening, importing, segmenting folders."""

from __future__ import annotations

from unet_desktop.gui.commands.command import Command, Needs

_P, _I, _W = Needs.PROJECT, Needs.IDLE, Needs.WRITABLE

COMMANDS: tuple[Command, ...] = (
    Command("project.new", "&New project…", "project.new", "Ctrl+N", "new", _I),
    Command("project.open", "&Open project…", "project.open", "Ctrl+O", "open", _I),
    Command("project.close", "&Close project", "project.close", "Ctrl+W", "", _P | _I),
    Command("project.import_images", "&Import pictures…", "project.import_images", "Ctrl+I", "import", _P | _I | _W),
    Command(
        "project.import_drishti",
        "Import &Drishti-GS1…",
        "project.import_drishti",
        "Ctrl+Shift+I",
        icon="dataset",
        needs=_I,
        tip="Make a project of the published Drishti-GS1 data set",
    ),
    Command(
        "project.segment_folder",
        "&Segment pictures…",
        "folder.segment",
        "Ctrl+Shift+S",
        "folder",
        _I | Needs.MODEL,
        "Write masks and a table of measurements for all pictures of a folder; needs a project with a model",
    ),
    Command(
        "project.show_run",
        "Show &last segmentation",
        "folder.show_run",
        "Ctrl+Shift+L",
        tip="How the run over a folder goes or went, and its last results",
    ),
    Command(
        "project.compare",
        "Compare &two readers…",
        "comparison.compare",
        "Ctrl+Shift+C",
        "compare",
        _P | _I,
        "Compare the project's masks with a second reader's, another project's or the model's",
    ),
    Command(
        "project.rebuild_index",
        "&Rebuild index",
        "project.rebuild_index",
        "Ctrl+Shift+R",
        needs=_P | _I | _W,
        tip="Read all cases from the project's folder again, after another program changed it",
    ),
)
