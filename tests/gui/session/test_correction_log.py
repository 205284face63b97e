"""The record of corrections: what arrives while the program closes is left for the next opening."""

from __future__ import annotations

from unet_desktop.gui.window.main_window import MainWindow


def test_what_changes_while_the_window_closes_is_no_error(opened: MainWindow) -> None:
    opened.app.correction_log.shutdown()
    opened.app.session.project_changed.emit()  # pytest-qt fails a test whose slot raises


def test_nothing_is_written_after_the_project_was_released(opened: MainWindow) -> None:
    """Another program may take it then."""
    log, was_held = opened.app.correction_log, []
    shutdown = log.shutdown
    log.shutdown = lambda: (was_held.append(opened.app.session.project.layout.lock.exists()), shutdown())
    opened.close()
    assert was_held == [True]
