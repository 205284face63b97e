"""ReadAhead: reads the cases that are likely to be opened next while the open one is worked on."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from unet_desktop.gui.session.case_reader import CaseReader
from unet_desktop.gui.session.session import Session


class ReadAhead(QObject):
    """Reads ahead the next case, the next uncorrected one and the previous one, in the order of the list."""

    def __init__(self, session: Session, reader: CaseReader, parent: QObject | None = None) -> None:
        """Follow the session."""
        super().__init__(parent)
        self._session, self._reader = session, reader
        self._timer = QTimer(self, singleShot=True, interval=0)  # the open case is painted first
        self._timer.timeout.connect(self._prepare)
        session.case_changed.connect(self._timer.start)
        session.cases.changed.connect(self._timer.start)

    def shutdown(self) -> None:
        """Stop reading."""
        self._timer.stop()
        self._reader.shutdown()

    def _prepare(self) -> None:
        session = self._session
        if session.project is None or session.open is None:
            return
        likely = (session.step(1), session.next_uncorrected(), session.step(-1))
        self._reader.prepare(session.project, [case_id for case_id in likely if case_id is not None])
