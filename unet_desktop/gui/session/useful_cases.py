"""UsefulCases: which case is most useful to correct next."""

from __future__ import annotations

from pathlib import Path

from unet_desktop.gui.session.session import Session
from unet_desktop.project.case import Case
from unet_desktop.project.case_query import most_useful_first

_Seen = tuple[Path, str, float | None]
"""Project, case and confidence: a case with a new prediction counts as not seen."""


class UsefulCases:
    """Goes through the uncorrected cases, the most useful first; those that were opened wait for the next round."""

    def __init__(self, session: Session) -> None:
        """Choose among the cases of the session's project."""
        self._session = session
        self._seen: set[_Seen] = set()

    def next(self) -> str | None:
        """Id of the next one, preferably among those listed; None if no other case is uncorrected."""
        session, project = self._session, self._session.project
        if project is None:
            return None
        cases = {case.id: case for case in project.cases()}
        if session.current_id in cases:
            self._see(project.root, cases[session.current_id])
        order = [case_id for case_id in most_useful_first(cases.values()) if case_id != session.current_id]
        fresh = [case_id for case_id in order if (project.root, case_id, cases[case_id].confidence) not in self._seen]
        if not fresh:
            self._seen.clear()
        waiting, shown = fresh or order, set(session.cases.shown)
        found = next((case_id for case_id in waiting if case_id in shown), waiting[0] if waiting else None)
        if found is not None:
            self._see(project.root, cases[found])
        return found

    def _see(self, root: Path, case: Case) -> None:
        self._seen.add((root, case.id, case.confidence))
