"""What others did to cases of the open project: jobs that add, change or remove many, and changes of a case's files."""

from __future__ import annotations

from collections.abc import Callable, Collection

from unet_desktop.gui.session.session import Session
from unet_desktop.project.case import Case
from unet_desktop.project.project import Project


def take_in(session: Session, cases: Collection[Case]) -> None:
    """Know cases that a job has added or changed, without reading them or disturbing the open one."""
    if session.project is None or not cases:
        return
    session.project.take_in(cases)
    session.cases.take_in(cases)
    for case in (case for case in cases if case.id == session.current_id):
        session.update_case(case)
    session.cases_changed.emit()


def take_out(session: Session, ids: Collection[str]) -> None:
    """Forget cases that a job has just removed; if one of them is open, none is open then."""
    if session.project is None:
        return
    session.project.take_out(ids)
    for case_id in ids:
        session.case_removed.emit(case_id)
    session.cases.reload(session.project)
    session.cases_changed.emit()
    if session.current_id in ids:
        session.close_case()


def exchange_case(session: Session, case_id: str, change: Callable[[Project], Case]) -> None:
    """Change the files or the name of a case, which is closed for that and opened again.

    Raises:
        UserError: it cannot be changed.
    """
    assert session.project is not None
    is_open, found = session.current_id == case_id, case_id
    if is_open:
        session.close_case()
    session.leaving_project.emit()
    try:
        found = change(session.project.writable()).id
        session.case_removed.emit(case_id)
    finally:
        session.cases.reload(session.project)
        session.cases_changed.emit()
        if is_open:
            session.open_case(found)
