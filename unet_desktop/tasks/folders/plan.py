"""Plan: which pictures a run segments, and which an earlier one has done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from unet_desktop.engine.events import Message
from unet_desktop.tasks.events import FinishedBefore
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.ledger import Ledger
from unet_desktop.tasks.folders.output_folder import Standing, Work, standing
from unet_desktop.tasks.folders.request import Request

_TO_DO = (Standing.OPEN, Standing.OTHERWISE)


class Plan:
    """Which pictures are to be done in this run, and how the others stand."""

    def __init__(self, request: Request, ledger: Ledger, work: Work) -> None:
        """Nothing is decided yet; the ledger says what earlier runs did."""
        self._request, self._ledger, self._work = request, ledger, work
        self._counts: Counter[Standing] = Counter()
        self._taken = 0

    @property
    def failed(self) -> int:
        """How many failed in an earlier run and are not tried again."""
        return self._counts[Standing.FAILED]

    @property
    def skipped(self) -> int:
        """How many are not done in this run, for whatever reason."""
        return self._counts.total() - self._taken

    @property
    def full(self) -> bool:
        """Has it as many as it may?"""
        return self._taken == self._request.limit

    def take(self, picture: Picture) -> bool:
        """Is it to be done?"""
        found = Standing.OPEN
        if not self._request.anew:
            found = standing(self._ledger, self._request.output, picture, self._work)
        if found is Standing.FAILED and self._request.retry_failed:
            found = Standing.OPEN
        self._counts[found] += 1
        if found not in _TO_DO or self.full:
            return False
        self._taken += 1
        return True

    def said(self, *, done: bool = True) -> Iterator[Message | FinishedBefore]:
        """What people should know of it."""
        if finished := self._counts[Standing.FINISHED]:
            yield FinishedBefore(finished, self._counts.total())
        if self.failed:
            are = "is" if self.failed == 1 else "are"
            yield Message(f"{self.failed} failed in an earlier run and {are} not tried again without --retry-failed.")
        if otherwise := self._counts[Standing.OTHERWISE]:
            were, are = ("was", "is") if otherwise == 1 else ("were", "are")
            yield Message(
                f"{otherwise} {were} segmented by another model or for other outputs, and {are} segmented again."
            )
        left = sum(self._counts[kind] for kind in _TO_DO) - self._taken
        if not done:
            yield Message(f"{self._taken} would be segmented now{f', {left} later' if left else ''}.")
        elif left:
            yield Message(f"{left} {'is' if left == 1 else 'are'} left for a later run.")
