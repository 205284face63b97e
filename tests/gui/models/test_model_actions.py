"""Models come in, go out, are described, noted and deleted, in the real window."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from models import write_header
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QLabel,
    QListWidget,
    QMenu,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QTextBrowser,
    QWidget,
)

from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.errors import CheckpointError
from unet_desktop.gui.models import commands
from unet_desktop.gui.models.notes import SAVE_AFTER
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.models import read_notes
from unet_desktop.tasks.events import ModelSaved

HEADER = CheckpointHeader(
    DISC_AND_CUP,
    {},
    "fast",
    {},
    {"dice/optic disc": 0.9},
    {"train": 8, "train_cases": [f"case{n}" for n in range(8)]},
    {},
    "",
    "ab" * 32,
)


def write_model(path: Path, number: int) -> Path:
    header = replace(HEADER, created=f"2026-11-0{number}T12:00:00+00:00", weights_sha256=f"{number:02d}" * 32)
    write_header(path, header)
    return path


@pytest.fixture
def models(opened: MainWindow) -> MainWindow:
    """The window with two models, the models panel in front."""
    for number in (1, 2):
        write_model(opened.app.session.project.layout.model(f"model-00{number}"), number)
    opened.app.session.refresh_models()
    opened.docks.bring_forward(opened.docks.models)
    return opened


def part(window: MainWindow, kind: type[QWidget], name: str):
    found = window.panels.models.findChild(kind, name)
    assert found is not None
    return found


def choose(window: MainWindow, word: str) -> None:
    (action,) = [action for action in part(window, QMenu, "model_actions").actions() if word in action.text()]
    action.trigger()


def select(window: MainWindow, row: int) -> None:
    part(window, QListWidget, "models").setCurrentRow(row)


def answering(monkeypatch: pytest.MonkeyPatch, method: str, answer: Path | None) -> None:
    reply = ("" if answer is None else str(answer), "")
    monkeypatch.setattr(QFileDialog, method, staticmethod(lambda *words: reply))


def test_notes_are_kept_beside_the_model(models: MainWindow, qtbot) -> None:
    layout, notes = models.app.session.project.layout, part(models, QPlainTextEdit, "notes")
    qtbot.keyClicks(notes, "For the new camera")
    assert read_notes(layout, "model-002") == ""
    qtbot.waitUntil(lambda: read_notes(layout, "model-002") == "For the new camera", timeout=5 * SAVE_AFTER)
    qtbot.keyClicks(notes, "!")
    select(models, 1)  # what was written is kept before another model is shown
    assert "camera" in read_notes(layout, "model-002")
    assert notes.toPlainText() == ""
    models.app.session.refresh_models()
    select(models, 0)
    assert notes.toPlainText() == read_notes(layout, "model-002")
    qtbot.keyClicks(notes, "unfinished")
    models.app.session.refresh_models()  # a training ended meanwhile
    assert "unfinished" in notes.toPlainText()
    models.commands.projects.close()
    assert "unfinished" in read_notes(layout, "model-002")


def test_closing_the_window_keeps_the_notes(models: MainWindow, qtbot) -> None:
    layout = models.app.session.project.layout
    qtbot.keyClicks(part(models, QPlainTextEdit, "notes"), "Last words")
    models.close()
    assert read_notes(layout, "model-002") == "Last words"


def test_the_details_name_what_it_learned_from(models: MainWindow) -> None:
    text = part(models, QTextBrowser, "details").toPlainText()
    assert "case0, case1, case2, case3, case4, case5 and 2 more" in text


def test_deleting_asks_first(models: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    session = models.app.session
    for answer in (False, True):
        monkeypatch.setattr(commands, "confirm", lambda *words, answer=answer: answer)
        select(models, 0)
        choose(models, "Remove")
        assert session.project.layout.model("model-002").exists() is not answer
    assert [model.name for model in session.models] == ["model-001"]
    assert session.model_in_use.stem == "model-001"


def test_the_question_is_answered_by_cancel_unless_somebody_means_it(models: MainWindow, monkeypatch) -> None:
    asked: list[QMessageBox] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: asked.append(box))
    choose(models, "Remove")
    assert "Move model-002 to the project's bin?" in asked[0].text()
    assert asked[0].defaultButton() is asked[0].button(QMessageBox.StandardButton.Cancel)
    assert models.app.session.project.layout.model("model-002").exists()


def test_export_copies_the_file_as_it_is(models: MainWindow, tmp_path: Path, monkeypatch) -> None:
    target = tmp_path / "mine.safetensors"
    answering(monkeypatch, "getSaveFileName", None)
    choose(models, "&Export…")
    answering(monkeypatch, "getSaveFileName", target)
    choose(models, "&Export…")
    assert target.read_bytes() == models.app.session.project.layout.model("model-002").read_bytes()
    assert sorted(path.name for path in tmp_path.glob("*.safetensors")) == ["mine.safetensors"]


def test_the_card_is_saved(models: MainWindow, tmp_path: Path, monkeypatch) -> None:
    target = tmp_path / "card.md"
    answering(monkeypatch, "getSaveFileName", target)
    choose(models, "card")
    assert target.read_text("utf-8").startswith("# Model card: model-002\n")


def test_another_model_in_use_is_the_one_that_is_shown(models: MainWindow) -> None:
    models.docks.bring_forward(models.docks.models)
    layout, notes = models.app.session.project.layout, part(models, QPlainTextEdit, "notes")
    new = write_model(layout.model("model-009"), 9)
    models.app.session.refresh_models(new)
    assert part(models, QListWidget, "models").currentItem().text().startswith("✓ model-009")
    notes.setPlainText("of the new one")
    models.panels.models.keep_notes()
    assert read_notes(layout, "model-009") == "of the new one"


def test_an_imported_model_is_in_use(opened: MainWindow, tmp_path: Path, monkeypatch, qtbot) -> None:
    source = write_model(tmp_path / "of a friend.safetensors", 3)

    def import_model(root: Path, chosen: Path) -> Iterator[ModelSaved]:
        assert chosen == source
        path = write_model(root / "models" / "of_a_friend.safetensors", 3)
        yield ModelSaved("of_a_friend", path)

    fake_import(monkeypatch, import_model)
    answering(monkeypatch, "getOpenFileName", source)
    opened.docks.bring_forward(opened.docks.models)
    assert part(opened, QLabel, "empty").isVisible()
    with qtbot.waitSignal(opened.app.runner.succeeded):
        qtbot.mouseClick(part(opened, QPushButton, "import_first"), Qt.MouseButton.LeftButton)
    assert opened.app.session.model_in_use.stem == "of_a_friend"
    assert opened.panels.status.currentMessage() == "The model was imported."


def test_what_is_refused_changes_nothing(models: MainWindow, tmp_path: Path, monkeypatch, qtbot) -> None:
    def import_model(root: Path, chosen: Path) -> Iterator[ModelSaved]:
        raise CheckpointError("It is a pickle.")
        yield

    fake_import(monkeypatch, import_model)
    answering(monkeypatch, "getOpenFileName", tmp_path / "weights.pt")
    models.actions_by_id["model.import"].trigger()
    qtbot.waitUntil(lambda: bool(models.findChildren(QMessageBox)))
    (box,) = models.findChildren(QMessageBox)
    assert box.text() == "It is a pickle."
    box.close()
    assert models.app.session.model_in_use.stem == "model-002"


def fake_import(monkeypatch: pytest.MonkeyPatch, import_model: object) -> None:
    module = types.ModuleType("unet_desktop.tasks.model_files")
    module.import_model = import_model  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "unet_desktop.tasks.model_files", module)


def test_who_only_looks_can_export_and_nothing_more(models: MainWindow) -> None:
    models.panels.models.set_writable(False)
    actions = part(models, QMenu, "model_actions").actions()
    assert [action.text() for action in actions if not action.isEnabled()] == ["&Import a model…", "&Remove…"]
    assert part(models, QPlainTextEdit, "notes").isReadOnly()


def test_controls_have_names_and_take_the_keyboard(models: MainWindow) -> None:
    for panel in (models.panels.models, models.panels.training):
        for button in panel.findChildren(QPushButton):
            assert button.text()
            assert button.focusPolicy() != Qt.FocusPolicy.NoFocus
    assert part(models, QPlainTextEdit, "notes").accessibleName()
