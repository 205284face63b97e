"""Panels: makes all panels of the window."""

from __future__ import annotations

from unet_desktop.gui.cases.panel import CasesPanel
from unet_desktop.gui.commands.actions import Actions
from unet_desktop.gui.compare.panel import ComparisonPanel
from unet_desktop.gui.correct.panel import ToolsPanel
from unet_desktop.gui.folders.result_pictures import ResultPictures
from unet_desktop.gui.folders.run_window import FolderRunWindow
from unet_desktop.gui.grading.panel import GradingPanel
from unet_desktop.gui.history.panel import HistoryPanel
from unet_desktop.gui.measure.panel import MeasurePanel
from unet_desktop.gui.messages.banner import Banner
from unet_desktop.gui.messages.status_line import StatusLine
from unet_desktop.gui.models.panel import ModelsPanel
from unet_desktop.gui.readers.panel import ReadersPanel
from unet_desktop.gui.train.panel import TrainingPanel
from unet_desktop.gui.view.panel import ViewPanel
from unet_desktop.gui.widgets.thumbnails import Thumbnails
from unet_desktop.gui.window.broken_case_page import BrokenPage
from unet_desktop.gui.window.welcome import NoCases, Welcome


class Panels:
    """The panels; the window arranges them and `wiring` connects them."""

    def __init__(self, actions: Actions) -> None:
        self.thumbnails = Thumbnails()
        self.results = ResultPictures()
        self.folder_run = FolderRunWindow()
        self.cases = CasesPanel(self.thumbnails)
        self.measure = MeasurePanel()
        self.history = HistoryPanel()
        self.grading = GradingPanel()
        self.tools = ToolsPanel(actions)
        self.view = ViewPanel(actions)
        self.training = TrainingPanel(self.thumbnails)
        self.models = ModelsPanel()
        self.comparison = ComparisonPanel()
        self.readers = ReadersPanel(actions)
        self.banner = Banner()
        self.welcome = Welcome(actions)
        self.no_cases = NoCases(actions)
        self.broken = BrokenPage()
        self.status = StatusLine(actions)
