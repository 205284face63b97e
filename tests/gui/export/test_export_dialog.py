"""Exporting what people drew from the window."""

from __future__ import annotations

from pathlib import Path

from dialogs import can_be_accepted, problem, shown, texts, type_path
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QFileDialog, QMessageBox, QPushButton
from window_parts import part

from unet_desktop.gui.export.dialog import ExportDialog, list_offers
from unet_desktop.project.case_query import CaseFilter, CaseQuery
from unet_desktop.project.reader import ProjectReader
from unet_desktop.tasks.export.request import KeyFile, Selection


def dialog_of(root: Path, kept=None) -> ExportDialog:
    cases = ProjectReader.open(root).cases()
    return ExportDialog(None, root, cases, list_offers(cases, CaseQuery(), (), "a"), kept or {})


def test_what_can_be_chosen(root):
    cases = ProjectReader.open(root).cases()
    offers = list_offers(cases, CaseQuery("d", CaseFilter.CORRECTED), ("c", "d"), "a")
    assert [offer.selection for offer in offers] == [
        Selection(ids=("c", "d")),
        Selection(),
        Selection(filters=(CaseFilter.APPROVED,)),
        Selection(filters=(CaseFilter.CORRECTED,), words="d"),
    ]
    assert list_offers(cases, CaseQuery(), (), "d")[-1].selection == Selection(ids=("d",))


def test_cases_without_masks_are_counted(qtbot, root):
    dialog = shown(qtbot, dialog_of(root))
    assert "3 cases have no mask and are left out." in texts(dialog)
    assert can_be_accepted(dialog)
    part(dialog, QComboBox, "which").setCurrentIndex(1)
    assert problem(dialog) == "None of these cases has a mask that a person drew or accepted."
    assert not can_be_accepted(dialog)


def test_folder_in_the_project_is_refused(qtbot, root):
    dialog = shown(qtbot, dialog_of(root))
    type_path(qtbot, dialog, "output", root / "masks")
    assert "is in a project" in problem(dialog)


def test_choices_are_remembered(qtbot, root, tmp_path):
    dialog = shown(qtbot, dialog_of(root))
    type_path(qtbot, dialog, "output", tmp_path / "graded")
    part(dialog, QCheckBox, "pseudonyms").setChecked(True)
    part(dialog, QCheckBox, "hashed").setChecked(True)
    for name in ("coco", "pictures", "nnunet"):
        part(dialog, QCheckBox, f"output_{name}").setChecked(True)
    again = shown(qtbot, dialog_of(root, kept=dialog.choice()))
    assert again.request() == dialog.request()
    assert again.request().output == tmp_path / "graded"
    assert again.request().outputs.contours == {"coco"}
    assert again.request().pictures
    assert again.request().training_sets == ("nnunet",)
    assert again.request().key_file == KeyFile(root.with_name("project-key.csv"), hashed=True)
    other = shown(qtbot, dialog_of(root, kept=dialog.choice() | {"root": "another"}))
    assert other.request().output == root.with_name("project-export")
    assert other.request().outputs == dialog.request().outputs


def test_export_with_keys_and_replace_what_is_there(qtbot, opened, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "measurements.csv").write_text("mine")
    asked: list[str] = []

    def answer() -> None:
        box = QApplication.activeModalWidget()
        match box:
            case ExportDialog():
                part(box, QCheckBox, "output_html").setChecked(False)
                type_path(qtbot, box, "output", out)
                qtbot.mouseClick(part(box, QPushButton, "accept"), Qt.MouseButton.LeftButton)
            case QMessageBox():
                asked.append(box.text())
                button = next(one for one in box.findChildren(QPushButton) if one.text().replace("&", "") == "Replace")
                qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
                return
        QTimer.singleShot(20, answer)

    QTimer.singleShot(0, answer)
    with qtbot.waitSignal(opened.app.runner.succeeded):
        qtbot.keyClick(opened, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert "measurements.csv was not written by a run" in asked[0]
    assert (out / "masks" / "d.png").is_file()
    assert (out / "measurements.csv").read_text().startswith("image,mask,case,patient")
    assert opened.app.store.export_choice["folder"] == str(out)


def test_cases_selected_in_the_list_are_offered_first(qtbot, opened, monkeypatch):
    opened.app.session.cases.select(["c", "d"])
    seen: list[Selection] = []

    def look(dialog: ExportDialog) -> int:
        dialog.show()
        seen.append(dialog.request().selection)
        dialog.close()
        return 0

    monkeypatch.setattr(ExportDialog, "exec", look)
    opened.commands.export.export()
    assert seen == [Selection(ids=("c", "d"))]


def test_patient_report(qtbot, opened, tmp_path, monkeypatch):
    path = tmp_path / "doe.html"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(path), "Web page (*.html)"))
    opened.app.session.open_case("d")
    shown: list[str] = []
    monkeypatch.setattr(opened.commands.export.errors, "show", lambda error: shown.append(str(error)))
    opened.commands.export.report_patient()
    assert shown == ["No patient is noted for d. Choose Case, Details to note one."]
    opened.app.session.mark("d", patient="Doe")
    with qtbot.waitSignal(opened.app.runner.succeeded):
        qtbot.keyClick(opened, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    assert "Patient Doe" in path.read_text()
