"""Outcome: what the items of a job had to say, summed up in a few lines for when it is over."""

from __future__ import annotations

from pathlib import Path

from unet_desktop.tasks.events import ItemDone

_MOST_PROBLEMS = 5
"""Problems that are told where each item has another one; the rest stand in a file."""
_MOST_NOTES = 5
"""Distinct notes that are told; each further one only adds to a count."""


class Outcome:
    """Problems and notes of one job's items."""

    def __init__(self, done: str = "", folder: Path | None = None) -> None:
        """Nothing has happened yet; `done` is what to say when the job succeeds, `folder` where its files lie."""
        self._done, self.folder = done, folder
        self._items = 0
        self._said: list[str] = []
        self._problems: list[str] = []
        self._notes: dict[str, list[str]] = {}

    def add(self, item: ItemDone) -> None:
        """Take in what an item says."""
        self._items += 1
        if item.problem:
            self._problems.append(item.problem)
        elif item.note:
            self._notes.setdefault(item.note, []).append(item.name)

    def say(self, sentence: str) -> None:
        """Take in what the job says beside its items."""
        self._said.append(sentence)

    @property
    def well(self) -> bool:
        """Whether nothing is to be looked at: no item has a problem or a note."""
        return not (self._problems or self._notes)

    def summary(self, *, succeeded: bool) -> str:
        """A line for each kind of thing there is to say, the most frequent notes first; empty when there is none."""
        lines = [self._done] if succeeded and self._done else []
        if self.folder is not None and self._items:
            lines.insert(0, f"{self._items - len(self._problems)} of {self._items} pictures are done.")
        lines += self._said
        if self._problems:
            count = f"{len(self._problems)} could not be done. " if len(self._problems) > 1 else ""
            lines.append(count + self._problems[0])
            lines += self._problems[1:_MOST_PROBLEMS] if self.folder is not None else []
        notes = sorted(self._notes.items(), key=lambda entry: -len(entry[1]))
        for note, names in notes[:_MOST_NOTES]:
            lines.append(f"{names[0]}: {note}" if len(names) == 1 else f"{len(names)} cases: {note}")
        if rest := sum(len(names) for _, names in notes[_MOST_NOTES:]):
            lines.append(f"{rest} more {'case has' if rest == 1 else 'cases have'} other notes.")
        return "\n".join(lines)
