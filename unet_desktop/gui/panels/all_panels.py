"""All panels of the window, made in one place."""

from __future__ import annotations

from unet_desktop.gui.actions import Actions
from unet_desktop.gui.dialogs.folder_run import FolderRunWindow
from unet_desktop.gui.panels.banner import Banner
from unet_desktop.gui.panels.broken import BrokenPage
from unet_desktop.gui.panels.cases import CasesPanel
from unet_desktop.gui.panels.comparison import ComparisonPanel
from unet_desktop.gui.panels.history import HistoryPanel
from unet_desktop.gui.panels.measure import MeasurePanel
from unet_desktop.gui.panels.models import ModelsPanel
from unet_desktop.gui.panels.status import StatusLine
from unet_desktop.gui.panels.thumbnails import Thumbnails
from unet_desktop.gui.panels.tools import ToolsPanel
from unet_desktop.gui.panels.training import TrainingPanel
from unet_desktop.gui.panels.view import ViewPanel
from unet_desktop.gui.panels.welcome import NoCases, Welcome
from unet_desktop.gui.result_pictures import ResultPictures


class Panels:
    """The panels; the window puts them where they belong and `wiring` connects them."""

    def __init__(self, actions: Actions) -> None:
        """Make them."""
        self.thumbnails = Thumbnails()
        self.results = ResultPictures()
        self.folder_run = FolderRunWindow()
        self.cases = CasesPanel(self.thumbnails)
        self.measure = MeasurePanel()
        self.history = HistoryPanel()
        self.tools = ToolsPanel(actions)
        self.view = ViewPanel(actions)
        self.training = TrainingPanel(self.thumbnails)
        self.models = ModelsPanel()
        self.comparison = ComparisonPanel()
        self.banner = Banner()
        self.welcome = Welcome(actions)
        self.no_cases = NoCases(actions)
        self.broken = BrokenPage()
        self.status = StatusLine(actions)
