"""The window starts with damaged settings, and says so."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from unet_desktop.gui import app
from unet_desktop.settings_file import settings_path


def test_damaged_settings_are_said_when_the_window_opens(qtbot, home) -> None:
    settings_path().parent.mkdir(parents=True)
    settings_path().write_bytes(b'{"theme": ')
    window = app.make_window(app.make_application())
    qtbot.addWidget(window)
    window.show()
    QApplication.processEvents()
    assert window.panels.banner.isVisible()
    assert "settings.json.damaged-1" in window.panels.banner.text
    window.close()
    assert settings_path().exists()
