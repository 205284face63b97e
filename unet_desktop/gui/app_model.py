"""AppModel: everything behind the window, made and connected in one place; nothing in it is visible."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from unet_desktop.gui.editing.adjudication import Adjudication
from unet_desktop.gui.editing.autosave import Autosave
from unet_desktop.gui.editing.cup_absence import CupAbsence
from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.editing.eye_guess import EyeGuess
from unet_desktop.gui.editing.live_measurement import LiveMeasurement
from unet_desktop.gui.editing.proposal import Proposal
from unet_desktop.gui.editing.timeline import Timeline
from unet_desktop.gui.editing.version_keeper import VersionKeeper
from unet_desktop.gui.jobs.comparison import Comparison
from unet_desktop.gui.jobs.folder_run import FolderRuns
from unet_desktop.gui.jobs.interrupted_job import InterruptedJob
from unet_desktop.gui.jobs.project_jobs import ProjectJobs
from unet_desktop.gui.jobs.runner import JobRunner
from unet_desktop.gui.session.case_reader import CaseReader
from unet_desktop.gui.session.correction_log import CorrectionLog
from unet_desktop.gui.session.missing_ratios import MissingRatios
from unet_desktop.gui.session.read_ahead import ReadAhead
from unet_desktop.gui.session.session import Session
from unet_desktop.gui.session.unsaved_masks import UnsavedMasks
from unet_desktop.gui.settings.settings import Store
from unet_desktop.gui.settings.view_options import ViewOptions
from unet_desktop.gui.tools.accept_on_edit import AcceptOnEdit
from unet_desktop.gui.tools.tool_options import ToolOptions
from unet_desktop.gui.tools.toolbox import Toolbox
from unet_desktop.masks.locks import locks_of


class AppModel(QObject):
    """Session, editor, autosave, proposal, options, tools, jobs.

    Signals:
        person_changed: work is noted under another name now.
    """

    person_changed = Signal()

    def __init__(self, store: Store, parent: QObject | None = None) -> None:
        """Make and connect them; nothing is open."""
        super().__init__(parent)
        unsaved = UnsavedMasks()
        self.store = store
        reader = CaseReader()
        self.session = Session(unsaved, reader, self)
        self.read_ahead = ReadAhead(self.session, reader, self)
        self.missing_ratios = MissingRatios(self.session, self)
        self.editor = Editor(self)
        self.live_measurement = LiveMeasurement(self.editor, self)
        self.eye_guess = EyeGuess(self.session, self.editor, self.live_measurement, self)
        self.autosave = Autosave(self.session, self.editor, unsaved, self)
        # The editor takes the new case over before anything else hears of it.
        self.session.case_changed.connect(self._on_session_case_changed)
        self.proposal = Proposal(self.session, self.editor, self)
        self.version_keeper = VersionKeeper(self.session, self.editor, store, self)
        self.timeline = Timeline(self.session, self.editor, self.version_keeper, self)
        self.adjudication = Adjudication(self.session, self.editor, self.version_keeper, self)
        self.cup_absence = CupAbsence(self.session, self.editor, self.autosave, self.proposal, self)
        self.options = ToolOptions(self)
        self.options.set_diameter(store.settings.brush_diameter)
        self.options.set_pressure(store.settings.pen_pressure)
        self.options.set_grow_parent(store.settings.grow_parent)
        self.view_options = ViewOptions(self)
        self.view_options.set_view(store.settings.view)
        self.toolbox = Toolbox(self.editor, self.options, self.session, self)
        self.toolbox.kept_shapes.read_json(store.unfinished_shapes)
        self.accept_on_edit = AcceptOnEdit(self.editor, self.toolbox, self.proposal, self)
        self.runner = JobRunner(self)
        self.interrupted_job = InterruptedJob(store, self.runner, self)
        self.project_jobs = ProjectJobs(self.session, self.autosave, self.proposal, self.runner, self)
        self.folder_runs = FolderRuns(self.runner, self)
        self.comparison = Comparison(self.session, self.autosave, self.runner, self)
        self.correction_log = CorrectionLog(self.session, self)
        self.session.project_changed.connect(self._on_session_project_changed)
        self.options.changed.connect(self._on_options_changed)
        self.options.marks_changed.connect(self._on_marks_changed)

    def _on_session_project_changed(self) -> None:
        project = self.session.project
        self.options.set_marks((), ())
        self.options.set_labels(None if project is None else project.labels)
        if project is not None:
            self.options.set_marks(*self.store.label_marks(project.root))
        if project is not None:
            self.store.add_recent(project.root)

    def _on_options_changed(self) -> None:
        """The label in use, or what is hidden and locked, changed."""
        options, locks = self.options, self.editor.locks
        if locks is None or (locks.labels, locks.locked) != (options.labels, options.locked):
            self.editor.locks = locks_of(options.labels, options.locked)

    def _on_marks_changed(self) -> None:
        """Somebody hid or locked a label."""
        if self.session.project is not None:
            self.store.keep_label_marks(self.session.project.root, self.options.hidden, self.options.locked)

    def _on_session_case_changed(self) -> None:
        project, opened = self.session.project, self.session.open
        if project is None or opened is None:
            self.editor.close_mask()
            return
        self.store.note_case(project.root, opened.case.id)
        self.editor.locked = project.read_only
        size = (opened.case.height, opened.case.width)
        self.editor.open_mask(project.root, opened.case.id, opened.mask, size, project.labels, opened.model)
        if self.editor.opened_blank and opened.prediction is None:
            self.options.choose_label(0)  # whoever corrected the last cup begins with a disc
