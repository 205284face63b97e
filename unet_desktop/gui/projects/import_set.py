"""ImportSetDialog: the folder of a public set becomes a project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event

from PySide6.QtCore import QStandardPaths, Qt, QTimer, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from unet_desktop.errors import UserError
from unet_desktop.gui.widgets.copy_choice import CopyChoice
from unet_desktop.gui.widgets.form_dialog import FormDialog, muted_label, wrapped_label
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.widgets.path_field import PathField, problem_with_folder, problem_with_new_folder
from unet_desktop.tasks.public_sets.picture import Option, Part, PublicSet
from unet_desktop.tasks.public_sets.recognise import AUTO, PARTS, SETS, Recognised, SetRequest, recognise

_SETTLED = 300
"""Milliseconds without another key before the folder is read."""
_POLL = 50
_OPTIONS: Mapping[Option, str] = {Option.EXPERT: "&Masks of", Option.PARTITION: "Par&tition"}
_WORDS = {"1": "expert 1", "2": "expert 2", "3": "expert 3", "4": "expert 4", "5": "expert 5", "staple": "STAPLE"}
_AGREED = "where all experts agree"
_CHOICES: tuple[tuple[str, frozenset[Part] | None], ...] = (
    ("All but the test part", None),
    ("All parts", frozenset(PARTS)),
    ("The training part", frozenset({"train"})),
    ("The validation part", frozenset({"validation"})),
    ("The test part", frozenset({"test"})),
)
_LOOKING = "Looking at the folder…"


class ImportSetDialog(FormDialog):
    """Asks where the set is, says which one it is and what would be imported, and asks where to make the project."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Ask for a folder."""
        super().__init__(parent, "Import a public data set", "Import")
        self._source = with_object_name(PathField("Folder of the set", "The unpacked set, as published"), "source")
        self._set = with_object_name(QComboBox(), "set")
        self._set.addItem("Recognise it", AUTO)
        for one in SETS.values():
            self._set.addItem(one.title, one.name)
        self._found = with_object_name(wrapped_label(""), "found")
        self._terms = with_object_name(muted_label(""), "terms")
        self._options = {option: with_object_name(QComboBox(), option.value) for option in _OPTIONS}
        self._parts = with_object_name(QComboBox(), "parts")
        for text, _ in _CHOICES:
            self._parts.addItem(text)
        self._split = with_object_name(QCheckBox("Train and validate on the published parts"), "split")
        self._split.setChecked(True)
        self._root = with_object_name(PathField("Folder of the project", "A new folder, or a project"), "root")
        self._copy = CopyChoice()
        self._proposed: Path | None = None
        self._pool = ThreadPoolExecutor(1, "recognise")
        self._stop = Event()
        self._asked: SetRequest | None = None
        self._future: Future[Recognised] | None = None
        self._result: Recognised | None = None
        self._failure = ""
        self._settle = QTimer(self, singleShot=True, interval=_SETTLED)
        self._poll = QTimer(self, interval=_POLL)
        self._lay_out()
        self._connect()
        self._source.setFocus()
        self.check()

    def request(self) -> SetRequest:
        """The user's choices."""
        options = {
            option: str(box.currentData()) for option, box in self._options.items() if self.form.isRowVisible(box)
        }
        return SetRequest(
            self._source.path() or Path(),
            self._root.path() or Path(),
            str(self._set.currentData()),
            options,
            _CHOICES[self._parts.currentIndex()][1],
            self._split.isChecked(),
            self._copy.copy,
        )

    def problem(self) -> str:
        """A sentence about what is missing or wrong; empty when nothing is."""
        problem = problem_with_folder(self._source.path(), "the folder of the set") or self._failure
        if problem:
            return problem
        if self._result is None:
            return _LOOKING
        root = self._root.path()
        if root is None:
            return "Choose a folder for the project."
        return "" if (root / "project.json").is_file() else problem_with_new_folder(root)

    def done(self, result: int) -> None:
        """Close, and stop looking."""
        self._forget()
        self._pool.shutdown(wait=False, cancel_futures=True)
        super().done(result)

    def _lay_out(self) -> None:
        self.form.addRow("&Folder", self._source)
        self.form.addRow("&Set", self._set)
        self.form.addRow("", self._found)
        self.form.addRow("", self._terms)
        for label in (self._found, self._terms):
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
        for option, box in self._options.items():
            self.form.addRow(_OPTIONS[option], box)
        self.form.addRow("&Parts", self._parts)
        self.form.addRow("", self._split)
        self.form.addRow("Pro&ject", self._root)
        self.form.addRow("", self._copy)
        self._show_set(None)
        self._show_found((), has_parts=False)

    def _connect(self) -> None:
        self._source.path_changed.connect(self._look_again)
        self._set.currentIndexChanged.connect(self._look_again)
        self._parts.currentIndexChanged.connect(self._look_again)
        for box in self._options.values():
            box.activated.connect(self._look_again)
        self._root.path_changed.connect(self.check)
        self._settle.timeout.connect(self._on_settle_timeout)
        self._poll.timeout.connect(self._on_poll_timeout)

    @Slot()
    def _look_again(self) -> None:
        """Forget what was found, and look once nobody types any more."""
        self._forget()
        if not problem_with_folder(self._source.path(), ""):
            self._asked = self.request()
            self._settle.start()
        self.check()

    def _forget(self) -> None:
        self._settle.stop()
        self._poll.stop()
        self._stop.set()
        if self._future is not None:
            self._future.cancel()
        self._asked, self._future, self._result, self._failure = None, None, None, ""

    @Slot()
    def _on_settle_timeout(self) -> None:
        if self._asked is not None:
            self._stop = Event()
            self._future = self._pool.submit(partial(recognise, self._asked, self._stop.is_set))
            self._poll.start()

    @Slot()
    def _on_poll_timeout(self) -> None:
        if self._future is None or not self._future.done():
            return
        self._poll.stop()
        try:
            self._result = self._future.result()
        except UserError as error:
            self._failure = str(error)
        if self._result is not None:
            self._show(self._result)
        else:
            self._show_set(None)
            self._show_found((), has_parts=False)
        self.check()
        self.adjustSize()

    def _show(self, result: Recognised) -> None:
        self._show_set(result.set)
        said = (*result.sentences, *result.found.unread)
        self._show_found(said, has_parts=any(picture.part for picture in result.found.pictures))
        if self._root.path() in {None, self._proposed}:
            documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
            self._proposed = Path(documents or Path.home()) / result.set.title
            self._root.set_path(self._proposed)

    def _show_found(self, sentences: Sequence[str], *, has_parts: bool) -> None:
        self._found.setText(" ".join(sentences))
        for row, is_shown in ((self._found, bool(sentences)), (self._parts, has_parts), (self._split, has_parts)):
            self.form.setRowVisible(row, is_shown)

    def _show_set(self, one: PublicSet | None) -> None:
        """Show a set's terms and options; what was chosen of them stays while the set does."""
        self._terms.setText("" if one is None else f"Terms as published: {one.terms}. {one.home}")
        self.form.setRowVisible(self._terms, one is not None)
        for option, box in self._options.items():
            values = () if one is None else one.options.get(option, ())
            if values != tuple(box.itemData(at) for at in range(box.count())):
                box.clear()
                for value in values:
                    box.addItem(_name_choice(value), value)
            self.form.setRowVisible(box, bool(values))


def _name_choice(value: str) -> str:
    words = _AGREED if value in {"both", "all"} else _WORDS.get(value, value.replace("_", " "))
    return words[0].upper() + words[1:]
