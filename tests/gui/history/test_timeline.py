"""The timeline: versions are listed, compared on the canvas, and restored as one step that can be undone."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import numpy as np
import pytest
from drawings import disc_mask
from gestures import drag
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QListView, QPushButton, QSpinBox, QTabWidget
from window_parts import layers_of, part

from unet_desktop.gui.history import commands
from unet_desktop.gui.history.timeline_view import time_text
from unet_desktop.gui.settings.settings import Store
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.layout import Layout
from unet_desktop.project.lease import lease_exclusively
from unet_desktop.project.project import Project
from unet_desktop.project.trail import read
from unet_desktop.project.version_limits import VersionLimits, count_bytes
from unet_desktop.project.versions import Origin, VersionStep, keep_version, read_versions

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def timeline(opened, root, qtbot) -> MainWindow:
    """The window on case d, which has two versions besides its mask; they are listed."""
    project = Project.open(root)
    for radius, step, who in ((20, VersionStep.IMPORTED, "Ada <b>"), (25, VersionStep.PAINTED, "Bo")):
        origin = Origin(step, who, steps=4, approved=radius == 25)
        keep_version(project.layout, DISC_AND_CUP, "d", disc_mask(radius), origin)
    opened.app.session.open_case("d")
    QTest.keyClick(opened, Qt.Key.Key_V, SHIFT)
    qtbot.waitUntil(lambda: rows(opened).model().rowCount() == 2)
    return opened


def rows(window: MainWindow) -> QListView:
    return part(window.panels.history, QListView, "versions")


def settle(window: MainWindow) -> None:
    window.app.version_keeper.wait()
    QApplication.processEvents()


def click(window: MainWindow, row: int) -> None:
    """A real click on a version."""
    listed = rows(window)
    place = listed.visualRect(listed.model().index(row, 0)).center()
    QTest.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle(window)


def words(window: MainWindow, name: str) -> str:
    label = part(window.panels.history, QLabel, name)
    return label.text() if label.isVisible() else ""


def button(window: MainWindow, name: str) -> QPushButton:
    return part(window.panels.history, QPushButton, name)


def steps(root) -> list[VersionStep]:
    return [version.step for version in read_versions(Project.open(root).layout, "d").versions]


def test_versions_are_listed_newest_first_with_who_and_how(timeline):
    texts = [rows(timeline).model().index(row, 0).data() for row in range(2)]
    assert ", approved: Painted, 4 steps · Bo" in texts[0]
    assert ": Imported · Ada <b>" in texts[1]
    assert "&lt;b&gt;" in rows(timeline).model().index(1, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert layers_of(timeline.canvas).reader.shows == ()
    assert not button(timeline, "restore_version").isVisible()


def test_a_chosen_version_is_compared_with_the_mask(timeline):
    click(timeline, 1)
    (shown,) = layers_of(timeline.canvas).reader.shows
    np.testing.assert_array_equal(shown.mask, disc_mask(20))
    assert "version 1" in shown.name
    assert "optic disc 0.6" in words(timeline, "version_difference")
    assert "vCDR 0.49 then, 0.49 now" in words(timeline, "version_difference")
    QTest.keyClick(rows(timeline), Qt.Key.Key_Up)
    settle(timeline)
    np.testing.assert_array_equal(layers_of(timeline.canvas).reader.shows[0].mask, disc_mask(25))
    QTest.mouseClick(button(timeline, "stop_comparing"), Qt.MouseButton.LeftButton)
    assert layers_of(timeline.canvas).reader.shows == ()
    assert words(timeline, "version_difference") == ""
    assert not rows(timeline).currentIndex().isValid()


def test_restoring_is_one_step_and_undo_brings_back_what_was_there(timeline, root):
    before = timeline.app.editor.mask.copy()
    click(timeline, 1)
    QTest.mouseClick(button(timeline, "restore_version"), Qt.MouseButton.LeftButton)
    np.testing.assert_array_equal(timeline.app.editor.mask, disc_mask(20))
    assert timeline.app.editor.history.names == ("Restore version 1",)
    settle(timeline)
    assert steps(root)[:2] == [VersionStep.RESTORED, VersionStep.FOUND]
    noted = [(entry.act, entry.case, entry.detail) for entry in read(Project.open(root).layout).entries]
    assert ("restored", "d", "version 1") in noted
    assert layers_of(timeline.canvas).reader.shows == ()
    noted = read(timeline.app.session.project.layout).entries[-1]
    assert (noted.act, noted.case, noted.detail) == ("restored", "d", "version 1")
    timeline.canvas.setFocus()
    QTest.keyClick(timeline, Qt.Key.Key_Z, CTRL)
    np.testing.assert_array_equal(timeline.app.editor.mask, before)


def test_what_was_painted_before_restoring_is_a_version(timeline, root):
    drag(timeline.canvas, [(40, 40), (60, 60)])
    painted = timeline.app.editor.mask.copy()
    settle(timeline)
    click(timeline, rows(timeline).model().rowCount() - 1)
    QTest.keyClick(timeline, Qt.Key.Key_B, SHIFT)
    settle(timeline)
    assert steps(root)[:3] == [VersionStep.RESTORED, VersionStep.PAINTED, VersionStep.FOUND]
    version = read_versions(Project.open(root).layout, "d").versions[1]
    from unet_desktop.project.versions import load_version

    project = Project.open(root)
    np.testing.assert_array_equal(load_version(project.layout, DISC_AND_CUP, project.case("d"), version), painted)


def test_yesterdays_mask_comes_back_after_a_clean_exit(qtbot, qapp, root):
    from unet_desktop.gui import app

    first = app.make_window(app.make_application())
    first.show()
    first.commands.projects.open_root(root)
    first.app.session.open_case("d")
    first.app.options.set_diameter(200)
    drag(first.canvas, [(80, 60)], Qt.MouseButton.RightButton)
    assert not first.app.editor.mask.any()
    assert first.close()
    second = app.make_window(app.make_application())
    qtbot.addWidget(second, before_close_func=lambda window: window.app.runner.shutdown())
    second.resize(1200, 800)
    second.show()
    second.commands.projects.open_root(root)
    second.app.session.open_case("d")
    QTest.keyClick(second, Qt.Key.Key_V, SHIFT)
    qtbot.waitUntil(lambda: rows(second).model().rowCount() == 2)
    click(second, 1)
    QTest.mouseClick(button(second, "restore_version"), Qt.MouseButton.LeftButton)
    np.testing.assert_array_equal(second.app.editor.mask, disc_mask())
    second.close()


def test_painting_goes_on_while_a_version_is_compared(timeline, qtbot):
    click(timeline, 1)
    before = words(timeline, "version_difference")
    drag(timeline.canvas, [(40, 40), (60, 60)])
    qtbot.waitUntil(lambda: words(timeline, "version_difference") not in ("", before))
    assert layers_of(timeline.canvas).reader.shows != ()


def test_a_version_like_the_mask_cannot_be_restored(timeline, root):
    keep_version(Project.open(root).layout, DISC_AND_CUP, "d", disc_mask(), Origin(VersionStep.PAINTED))
    timeline.app.version_keeper.kept.emit(timeline.app.editor.key)
    settle(timeline)
    click(timeline, 0)
    assert words(timeline, "version_difference") == "The mask is exactly like this version."
    assert not button(timeline, "restore_version").isEnabled()
    assert not timeline.actions_by_id["case.restore_version"].isEnabled()


def test_another_case_or_list_ends_the_comparison(timeline):
    click(timeline, 1)
    part(timeline.panels.history, QTabWidget, "history_tabs").setCurrentIndex(0)
    assert layers_of(timeline.canvas).reader.shows == ()
    QTest.keyClick(timeline, Qt.Key.Key_V, SHIFT)
    settle(timeline)
    click(timeline, 1)
    timeline.app.session.open_case("a")
    settle(timeline)
    assert layers_of(timeline.canvas).reader.shows == ()
    assert words(timeline, "no_versions").startswith("Earlier states")


def test_damage_is_named_and_the_rest_can_be_restored(timeline, root):
    path = Project.open(root).layout.version("d", 2)
    path.write_bytes(path.read_bytes()[:50])
    timeline.app.version_keeper.kept.emit(timeline.app.editor.key)
    settle(timeline)
    assert rows(timeline).model().rowCount() == 1
    assert str(path) in words(timeline, "damaged_versions")
    other = Project.open(root).layout.version("d", 1)
    data = other.read_bytes()
    other.write_bytes(data[:-40] + bytes(28) + data[-12:])  # the record is whole, the pixels are not
    click(timeline, 0)
    assert str(other) in timeline.panels.banner.text
    assert layers_of(timeline.canvas).reader.shows == ()


def test_where_another_program_writes_versions_can_only_be_seen(window, root, qtbot):
    keep_version(Project.open(root).layout, DISC_AND_CUP, "d", disc_mask(20), Origin(VersionStep.PAINTED))
    with lease_exclusively(root):
        window.commands.projects.open_root(root)
        window.app.session.open_case("d")
        QTest.keyClick(window, Qt.Key.Key_V, SHIFT)
        qtbot.waitUntil(lambda: rows(window).model().rowCount() == 1)
        click(window, 0)
        assert layers_of(window.canvas).reader.shows != ()
        assert not button(window, "restore_version").isEnabled()
        assert not window.actions_by_id["case.restore_version"].isEnabled()
        window.commands.projects.close()


def test_times_are_as_short_as_they_need_to_be():
    now = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)
    assert time_text("2026-11-30T09:05:00+00:00", now) == "Today 09:05"
    assert time_text("2026-11-29T23:59:00+00:00", now) == "Yesterday 23:59"
    assert time_text("2025-01-02T03:04:00+00:00", now) == "2025-01-02 03:04"


def test_how_much_is_kept_can_be_chosen(timeline, root, monkeypatch, qtbot):
    project = Project.open(root)
    rng = np.random.default_rng(1)
    for _ in range(180):  # noise, of some 6 kB each
        noise = rng.integers(0, 3, disc_mask().shape).astype(np.uint8)
        keep_version(project.layout, DISC_AND_CUP, "d", noise, Origin(VersionStep.PAINTED))
    assert count_bytes(project.layout) > 1_000_000
    threads: list[str] = []  # a history of thousands of files on a network drive must not hold up the dialog

    def count(layout: Layout) -> int:
        threads.append(threading.current_thread().name)
        return count_bytes(layout)

    monkeypatch.setattr(commands, "count_bytes", count)

    def choose(dialog: QDialog) -> int:
        size = part(dialog, QLabel, "versions_size")
        qtbot.waitUntil(lambda: size.text().endswith(" MB now."))
        part(dialog, QSpinBox, "megabytes").setValue(1)
        part(dialog, QSpinBox, "days").setValue(7)
        return 1

    monkeypatch.setattr(QDialog, "exec", choose)
    QTest.keyClick(timeline, Qt.Key.Key_V, CTRL | SHIFT)
    settle(timeline)
    assert threads[0].startswith("versions")
    assert count_bytes(project.layout) <= 1_000_000
    assert Store().settings.versions == VersionLimits(1, 7)


def test_after_a_damaged_mask_was_put_aside_a_version_can_be_restored(timeline, root, qtbot):
    timeline.app.session.open_case("a")
    settle(timeline)
    (root / "masks" / "d.png").write_bytes(b"damaged")
    timeline.app.session.open_case("d")
    assert "it is not a PNG" in timeline.panels.broken.words.text()
    assert "<" not in timeline.panels.broken.words.text()
    timeline.commands.mend.start_with_empty_mask()
    qtbot.waitUntil(lambda: rows(timeline).model().rowCount() == 2)
    assert not timeline.app.editor.mask.any()
    click(timeline, 0)
    QTest.mouseClick(button(timeline, "restore_version"), Qt.MouseButton.LeftButton)
    np.testing.assert_array_equal(timeline.app.editor.mask, disc_mask(25))
    assert timeline.app.autosave.flush()
    np.testing.assert_array_equal(Project.open(root).load_mask("d"), disc_mask(25))


def test_each_version_in_sight_has_a_small_picture_that_is_drawn_once(timeline, qtbot):
    model = rows(timeline).model()

    def symbols() -> list[object]:
        return [model.index(row, 0).data(Qt.ItemDataRole.DecorationRole) for row in range(model.rowCount())]

    qtbot.waitUntil(lambda: all(isinstance(symbol, QPixmap) for symbol in symbols()))
    assert symbols()[0].toImage().pixelColor(36, 36).name() == DISC_AND_CUP.labels[1].colour.lower()
    drawn: list[int] = []
    timeline.app.timeline.symbol_drawn.connect(lambda version, _: drawn.append(version.number))
    drag(timeline.canvas, [(40, 40), (60, 60)])
    timeline.app.version_keeper.keep_changes()
    qtbot.waitUntil(lambda: model.rowCount() > 2 and all(isinstance(symbol, QPixmap) for symbol in symbols()))
    assert not {1, 2} & set(drawn)


def test_a_damaged_version_has_no_small_picture(timeline, root, qtbot):
    timeline.app.timeline.symbol_drawn.disconnect()
    version = timeline.app.timeline.versions.versions[0]
    Project.open(root).layout.version("d", version.number).write_bytes(b"damaged")
    drawn: list[object] = []
    timeline.app.timeline.symbol_drawn.connect(lambda *_: drawn.append(1))
    timeline.app.timeline.draw_symbol(version)
    settle(timeline)
    assert not drawn
