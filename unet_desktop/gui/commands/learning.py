"""Commands of training, prediction and proposals."""

from __future__ import annotations

from unet_desktop.gui.commands.command import Command, Needs

_P, _C, _I, _W = Needs.PROJECT, Needs.CASE, Needs.IDLE, Needs.WRITABLE

COMMANDS: tuple[Command, ...] = (
    Command("proposal.accept", "&Accept prediction", "edit.accept", "A", "accept", Needs.PROPOSAL | _W),
    Command("proposal.reject", "Re&ject prediction", "edit.reject", "X", "reject", Needs.PROPOSAL | _W),
    Command(
        "learn.predict",
        "&Predict this case",
        "learning.predict_case",
        "Ctrl+P",
        "predict",
        _C | _I | _W | Needs.MODEL,
        "Let the model propose a mask for this picture",
    ),
    Command(
        "learn.predict_all",
        "Predict all &uncorrected",
        "learning.predict_uncorrected",
        "Ctrl+Shift+P",
        "predict-all",
        _P | _I | _W | Needs.MODEL | Needs.UNCORRECTED,
        "Let the model propose masks for all cases that nobody has corrected",
    ),
    Command("learn.train", "&Train…", "learning.show_training", "Ctrl+T", "train", _P, "Go to the training panel"),
    Command(
        "model.import",
        "&Import model…",
        "models.import_model",
        "Ctrl+Shift+M",
        "import-model",
        _P | _I | _W,
        "Take a model file from elsewhere into this project",
    ),
    Command("learn.stop", "&Stop", "learning.stop", "Ctrl+.", "stop", Needs.BUSY, "Stop what is running"),
)
