"""Theme: a light and a dark palette, chosen by the system or by the user, and a few style rules."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from unet_desktop.gui.settings.settings import Theme


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of one theme, as "#rrggbb".

    Attributes:
        window: background of panels. base: of lists and fields. raised: of buttons.
        line: between things. text: normal text. muted: secondary text. disabled: what cannot be used now.
        chosen: background of the tool or label in use.
        accent: selection and the main button. on_accent: text on it.
        warning: background of the banner. on_warning: text on it.
    """

    window: str
    base: str
    raised: str
    line: str
    text: str
    muted: str
    disabled: str
    chosen: str
    accent: str
    on_accent: str
    warning: str
    on_warning: str


LIGHT = Colours(
    window="#f3f4f6",
    base="#ffffff",
    raised="#ffffff",
    line="#c9cdd3",
    text="#1b1e23",
    muted="#565d68",
    disabled="#9aa0a8",
    chosen="#d9e8f7",
    accent="#0b63b0",
    on_accent="#ffffff",
    warning="#ffe9b8",
    on_warning="#4a3200",
)
DARK = Colours(
    window="#25272b",
    base="#1c1e21",
    raised="#33363c",
    line="#454950",
    text="#e9ebee",
    muted="#a6adb8",
    disabled="#6d737c",
    chosen="#23405c",
    accent="#2a76c0",
    on_accent="#ffffff",
    warning="#4d3b0f",
    on_warning="#ffe3a3",
)


class Appearance(QObject):
    """The theme in use.

    Signals:
        changed: the colours changed; icons must be drawn again and the window needs another style sheet.
    """

    changed = Signal()

    def __init__(self, application: QApplication, theme: Theme) -> None:
        """Apply the theme to the application, and again whenever the system's choice changes."""
        super().__init__(application)
        self._application, self.theme = application, theme
        self.colours = LIGHT
        if application.style().objectName() != "fusion":
            application.setStyle("Fusion")
        application.styleHints().colorSchemeChanged.connect(self._on_system_scheme_changed)
        self._apply()

    def set_theme(self, theme: Theme) -> None:
        """Use this theme from now on."""
        self.theme = theme
        self._apply()

    @property
    def dark(self) -> bool:
        """Is the dark one in use?"""
        if self.theme is Theme.SYSTEM:
            return self._application.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return self.theme is Theme.DARK

    def _apply(self) -> None:
        self.colours = DARK if self.dark else LIGHT
        self._application.setPalette(palette(self.colours))
        self.changed.emit()

    def _on_system_scheme_changed(self) -> None:
        if self.theme is Theme.SYSTEM:
            self._apply()


def palette(colours: Colours) -> QPalette:
    """The palette of these colours."""
    result = QPalette()
    roles = QPalette.ColorRole
    named = {
        roles.Window: colours.window,
        roles.WindowText: colours.text,
        roles.Base: colours.base,
        roles.AlternateBase: colours.window,
        roles.Text: colours.text,
        roles.Button: colours.raised,
        roles.ButtonText: colours.text,
        roles.ToolTipBase: colours.text,
        roles.ToolTipText: colours.window,
        roles.PlaceholderText: colours.muted,
        roles.Highlight: colours.accent,
        roles.HighlightedText: colours.on_accent,
        roles.Link: colours.accent,
        roles.LinkVisited: colours.accent,
        roles.Accent: colours.accent,
        roles.Mid: colours.line,
        roles.Midlight: colours.line,
        roles.Light: colours.raised,  # tab bars draw their base line in it
    }
    for role, colour in named.items():
        result.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.disabled))
    result.setColor(QPalette.ColorGroup.Disabled, roles.Highlight, QColor(colours.line))
    return result


def style_sheet(colours: Colours) -> str:
    """Rules for what a palette cannot say; parts opt in by object name or the property "role".

    Fusion outlines empty check boxes and radio buttons darker than the window, which cannot be seen on a dark one;
    checked ones show Fusion's own mark.
    """
    return f"""
    QToolBar {{ border: none; border-bottom: 1px solid {colours.line}; spacing: 2px; padding: 3px 6px; }}
    QToolBar::separator {{ background: {colours.line}; width: 1px; margin: 5px 6px; }}
    QStatusBar {{ border-top: 1px solid {colours.line}; }}
    QStatusBar::item {{ border: none; }}
    QMainWindow::separator {{ background: {colours.line}; width: 1px; height: 1px; }}
    QDockWidget::title {{ padding: 6px 10px; background: {colours.window}; }}
    QLabel[role="heading"] {{ font-weight: 600; }}
    QListView#history::item {{ padding: 3px 10px; }}
    QTreeWidget#bin_list::item {{ padding: 3px 4px; }}
    QLabel[role="muted"] {{ color: {colours.muted}; }}
    QLabel[role="title"] {{ font-size: 22pt; font-weight: 600; }}
    QLabel[role="figure"] {{ font-size: 16pt; font-weight: 600; }}
    QCheckBox::indicator:unchecked, QRadioButton::indicator:unchecked {{ border: 1px solid {colours.muted};
        background: {colours.base}; width: 12px; height: 12px; }}
    QCheckBox::indicator:unchecked {{ border-radius: 2px; }}
    QRadioButton::indicator:unchecked {{ border-radius: 7px; }}
    QCheckBox::indicator:unchecked:hover, QRadioButton::indicator:unchecked:hover {{ border-color: {colours.text}; }}
    QCheckBox::indicator:unchecked:disabled, QRadioButton::indicator:unchecked:disabled {{
        border-color: {colours.disabled}; background: {colours.window}; }}
    QPushButton[role="main"] {{ background: {colours.accent}; color: {colours.on_accent}; border: 1px solid
        {colours.accent}; border-radius: 4px; padding: 5px 12px; font-weight: 600; }}
    QPushButton[role="main"]:disabled {{ background: {colours.line}; color: {colours.muted}; border-color:
        {colours.line}; }}
    QPushButton[role="main"]:focus {{ border: 2px solid {colours.text}; padding: 4px 11px; }}
    QFrame#drop_hint {{ background: {colours.chosen}; border: 2px dashed {colours.accent}; border-radius: 8px; }}
    QLabel#drop_words {{ color: {colours.text}; font-size: 18pt; font-weight: 600; }}
    QLabel#drop_rest {{ background: {colours.warning}; color: {colours.on_warning}; border-radius: 6px;
        padding: 8px 12px; font-size: 12pt; }}
    QFrame#banner {{ background: {colours.warning}; border: 1px solid {colours.muted}; border-radius: 6px; }}
    QFrame#banner QLabel {{ color: {colours.on_warning}; }}
    QFrame#banner[calm="true"] {{ background: {colours.chosen}; }}
    QFrame#banner[calm="true"] QLabel {{ color: {colours.text}; }}
    QLabel[role="warning"] {{ background: {colours.warning}; color: {colours.on_warning}; border-radius: 4px;
        padding: 5px 7px; }}
    QPushButton[role="choice"], ActionButton {{ background: {colours.raised}; color: {colours.text};
        border: 1px solid {colours.line}; border-radius: 4px; padding: 5px 9px; text-align: left; }}
    QPushButton[role="choice"]:hover, ActionButton:hover {{ border-color: {colours.muted}; }}
    QPushButton[role="choice"]:checked, ActionButton:checked {{ background: {colours.chosen};
        border: 1px solid {colours.accent}; }}
    QPushButton[role="choice"]:focus, ActionButton:focus {{ border: 2px solid {colours.accent}; padding: 4px 8px; }}
    QPushButton[role="choice"][tight="true"] {{ padding: 5px 2px; text-align: center; }}
    QPushButton[role="choice"][tight="true"]:focus {{ padding: 4px 1px; }}
    QPushButton[role="choice"]:disabled, ActionButton:disabled {{ color: {colours.disabled};
        background: {colours.window}; border-color: {colours.line}; }}
    """
