"""FolderRunProgress and Pace: counts, pictures a second, the time that is left, and the summary."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.gui.jobs.folder_progress import FolderRunProgress, Pace
from unet_desktop.tasks.events import FinishedBefore, ItemDone


def test_nothing_is_said_before_a_few_are_done() -> None:
    pace = Pace()
    assert (pace.rate, pace.seconds_left(10)) == (None, None)
    pace.add(1, 0.0)
    pace.add(2, 1.0)
    assert pace.rate is None


def test_the_last_half_minute_counts() -> None:
    pace = Pace()
    for second in range(100):
        pace.add(second, float(second))
    for second in range(100, 200):
        pace.add(100 + (second - 99) * 10, float(second))
    assert pace.rate == pytest.approx(10.0)
    assert pace.seconds_left(1200) == pytest.approx((1200 - 1100) / 10.0)


def test_a_rest_does_not_count() -> None:
    pace = Pace()
    for second in range(10):
        pace.add(second, float(second))
    pace.restart()
    assert pace.rate is None


@given(st.floats(0.1, 100.0), st.integers(5, 500))
def test_a_steady_pace_is_found(rate: float, count: int) -> None:
    pace = Pace()
    for done in range(count):
        pace.add(done, done / rate)
    assert pace.rate == pytest.approx(rate, rel=1e-6)


def run_of(*events: ItemDone | FinishedBefore) -> FolderRunProgress:
    """A run whose pictures take a second each."""
    progress = FolderRunProgress()
    for second, event in enumerate(events):
        progress.update(event, float(second))
    return progress


def items(count: int, total: int) -> list[ItemDone]:
    return [ItemDone(f"{number}.jpg", number, total) for number in range(1, count + 1)]


def test_it_needs_no_qt() -> None:
    script = "import sys, unet_desktop.gui.jobs.folder_progress; sys.exit('PySide6' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], timeout=60, check=False).returncode == 0


def test_pictures_are_counted() -> None:
    progress = run_of(*items(2, 4), ItemDone("c", 3, 4, problem="c is torn."), ItemDone("d", 4, 4, note="Turned."))
    assert (progress.segmented, progress.failed, progress.flagged, progress.done) == (3, 1, 1, 4)
    assert progress.complete
    assert list(progress.problems) == ["c is torn."]


def test_pauses_are_left_out_of_the_rate() -> None:
    progress = run_of(*items(10, 20))
    assert progress.rate(10.0) == pytest.approx(1.0)
    progress.pause(10.0)
    assert progress.pace.rate is None
    progress.resume(110.0)
    assert progress.rate(110.0) == pytest.approx(1.0)
    assert run_of(*items(9, 20)).rate(9.0) is None


@pytest.mark.parametrize(
    ("progress", "complete", "summary"),
    [
        (run_of(*items(3, 3)), True, "3 of 3 pictures segmented."),
        (run_of(*items(1, 1)), True, "1 of 1 picture segmented."),
        (run_of(), True, "There was nothing left to segment."),
        (run_of(), False, "No picture was segmented. The run was stopped; it can be resumed."),
        (
            run_of(FinishedBefore(1, 3), ItemDone("b", 1, 2, problem="b is torn."), ItemDone("c", 2, 2)),
            True,
            "1 of 2 pictures segmented. 1 of 3 pictures was finished by an earlier run. "
            "1 could not be done; errors.csv says why.",
        ),
    ],
)
def test_the_summary(progress: FolderRunProgress, complete: bool, summary: str) -> None:
    assert progress.summary(complete=complete) == summary
