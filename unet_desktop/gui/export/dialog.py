"""ExportDialog: which cases, what is written of them, where to, and whether names are replaced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QVBoxLayout, QWidget

from unet_desktop.errors import UserError
from unet_desktop.gui.widgets.form_dialog import FormDialog, muted_label
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.widgets.output_choice import OutputChoice
from unet_desktop.gui.widgets.path_field import PathField
from unet_desktop.plurals import quantity
from unet_desktop.project.case import UNCORRECTED, Case
from unet_desktop.project.case_query import CaseFilter, CaseQuery, matching_ids
from unet_desktop.tasks.export.request import TRAINING_SETS, ExportRequest, KeyFile, Selection, suggest_place
from unet_desktop.tasks.folders.outputs import Outputs


@dataclass(frozen=True, slots=True)
class Offer:
    """Cases that can be chosen together.

    Attributes:
        text: what people read.
        selection: which cases.
        ids: of them, with and without masks.
    """

    text: str
    selection: Selection
    ids: frozenset[str]


def list_offers(cases: Sequence[Case], query: CaseQuery, selected: Sequence[str], open_id: str | None) -> list[Offer]:
    """Return what can be exported together, what was selected in the case list first.

    Args:
        cases: of the project.
        query: of the case list.
        selected: in the case list.
        open_id: the open case, or None.
    """
    return list(_offers(cases, query, selected, open_id))


def _offers(cases: Sequence[Case], query: CaseQuery, selected: Sequence[str], open_id: str | None) -> Iterator[Offer]:
    if len(selected) > 1:
        yield Offer("The selected cases", Selection(ids=tuple(selected)), frozenset(selected))
    yield Offer("All corrected and approved cases", Selection(), frozenset(case.id for case in cases))
    approved = CaseQuery(filter=CaseFilter.APPROVED)
    yield Offer(
        "Approved cases only", Selection(filters=(CaseFilter.APPROVED,)), frozenset(matching_ids(cases, approved))
    )
    if query.words or query.filter is not CaseFilter.ALL:
        selection = Selection(filters=(query.filter,), words=query.words)
        yield Offer("The cases that the list shows now", selection, frozenset(matching_ids(cases, query)))
    if open_id is not None and len(selected) < 2:
        yield Offer("The open case", Selection(ids=(open_id,)), frozenset({open_id}))


class ExportDialog(FormDialog):
    """Asks for cases, outputs, a folder, and whether names are replaced."""

    def __init__(
        self,
        parent: QWidget | None,
        root: Path,
        cases: Sequence[Case],
        offers: Sequence[Offer],
        kept: Mapping[str, Any],
    ) -> None:
        """Make the form.

        Args:
            parent: the window it opens over.
            root: of the project.
            cases: of the project.
            offers: cases that can be chosen; the first one is.
            kept: what `choice` returned the last time, or nothing.
        """
        intro = "Writes what people drew or accepted, with all measurements in one table. The project stays as it is."
        super().__init__(parent, "Export cases", "Export", intro)
        self._root, self._offers = root, offers
        self._drawn = frozenset(case.id for case in cases if case.damage or case.state not in UNCORRECTED)
        self._which = with_object_name(QComboBox(), "which")
        self._left_out = with_object_name(muted_label(""), "left_out")
        self._output = with_object_name(PathField("Folder for the export"), "output")
        self._outputs = with_object_name(OutputChoice(of_people=True), "outputs")
        self._pseudonyms = with_object_name(QCheckBox("Replace names of cases, patients and readers"), "pseudonyms")
        self._key = with_object_name(
            PathField("Key file", "Key file, outside the export", new_file="CSV (*.csv)"), "key"
        )
        self._hashed = with_object_name(QCheckBox("Hashes with your secret key instead of numbers"), "hashed")
        self._hashed.setToolTip("The same name gets the same hash in all of your exports")
        self._key_hint = muted_label(
            "The key file says which pseudonym is whose: keep it apart. Notes are left out. Text that a camera wrote "
            "into a picture stays there."
        )
        for offer in offers:
            count = len(offer.ids & self._drawn)
            self._which.addItem(f"{offer.text} ({count:,})")
        self._restore(kept)
        self._lay_out()
        self._show_key()
        self.check()

    def request(self) -> ExportRequest:
        """What the user asked for.

        Raises:
            UserError: nothing is to be written.
        """
        key = self._key.path() if self._pseudonyms.isChecked() else None
        return ExportRequest(
            root=self._root,
            output=self._output.path() or Path(),
            selection=self._offer.selection,
            outputs=self._outputs.outputs(),
            pictures="pictures" in self._outputs.more,
            training_sets=tuple(kind for kind in TRAINING_SETS if kind in self._outputs.more),
            key_file=None if key is None else KeyFile(key, self._hashed.isChecked()),
        )

    def choice(self) -> dict[str, Any]:
        """What is remembered for the next export, as values that JSON can hold."""
        place, key = self._output.path(), self._key.path()
        return {
            "outputs": self._outputs.outputs().to_json(),
            "more": list(self._outputs.more),
            "root": str(self._root),
            "folder": "" if place is None else str(place),
            "pseudonyms": self._pseudonyms.isChecked(),
            "hashed": self._hashed.isChecked(),
            "key": "" if key is None else str(key),
        }

    def problem(self) -> str:
        """What is missing or wrong, as a sentence."""
        offer, output = self._offer, self._output.path()
        drawn = len(offer.ids & self._drawn)
        missing = len(offer.ids) - drawn
        has = "has no mask and is" if missing == 1 else "have no mask and are"
        self._left_out.setText(f"{quantity(missing, 'case')} {has} left out." if missing else "")
        if not drawn:
            return "None of these cases has a mask that a person drew or accepted."
        if output is None:
            return "Choose a folder for the export."
        if not output.is_absolute():
            return f"Enter an absolute path: {output} is relative."
        if self._pseudonyms.isChecked() and self._key.path() is None:
            return "Choose a key file."
        if problem := self._outputs.problem():
            return problem
        try:
            self.request().check()
            return f"{output} is a file. Choose a folder." if output.is_file() else ""
        except UserError as error:
            return str(error)
        except OSError as error:  # such as a name that is too long
            return f"{output} cannot be used ({error.strerror}). Choose another folder."

    @property
    def _offer(self) -> Offer:
        return self._offers[self._which.currentIndex()]

    def _restore(self, kept: Mapping[str, Any]) -> None:
        try:
            self._outputs.set_outputs(Outputs.from_json(kept["outputs"]))
        except (KeyError, TypeError, UserError):  # nothing was exported yet, or by another version
            self._outputs.set_outputs(Outputs(overlays=True, reports=("html",)))
        more = kept.get("more")
        self._outputs.set_more([str(name) for name in more] if isinstance(more, list) else [])
        is_same = kept.get("root") == str(self._root)  # two projects do not belong into one folder
        folder, key = (str(kept.get(name) or "") if is_same else "" for name in ("folder", "key"))
        self._output.set_path(Path(folder) if folder else suggest_place(self._root, "-export"))
        self._key.set_path(Path(key) if key else suggest_place(self._root, "-key.csv"))
        self._pseudonyms.setChecked(kept.get("pseudonyms") is True)
        self._hashed.setChecked(kept.get("hashed") is True)

    def _lay_out(self) -> None:
        form = self.form
        form.addRow("Cases", self._column(self._which, self._left_out))
        form.addRow("Into", self._output)
        form.addRow("Write", self._outputs)
        form.addRow("Names", self._column(self._pseudonyms, self._hashed, self._key, self._key_hint))
        self._which.currentIndexChanged.connect(self.check)
        self._output.path_changed.connect(self.check)
        self._outputs.outputs_changed.connect(self.check)
        self._key.path_changed.connect(self.check)
        self._pseudonyms.toggled.connect(self._on_pseudonyms_toggled)

    def _column(self, *widgets: QWidget) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for widget in widgets:
            column.addWidget(widget)
        holder.setFocusProxy(widgets[0])
        return holder

    def _show_key(self) -> None:
        for widget in (self._hashed, self._key, self._key_hint):
            widget.setVisible(self._pseudonyms.isChecked())

    @Slot()
    def _on_pseudonyms_toggled(self) -> None:
        self._show_key()
        self.check()
        self.adjustSize()  # one row more would squeeze the others
