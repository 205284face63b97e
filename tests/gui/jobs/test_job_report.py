"""What a job says when it has ended."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawings import disc_mask

from unet_desktop.gui.jobs.project_jobs import JobReport
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.tasks.events import ItemDone


@pytest.mark.parametrize(
    ("good", "bad", "sentence"),
    [
        (1, 0, "1 of 1 picture is done."),
        (0, 1, "0 of 1 picture is done."),
        (1, 1, "1 of 2 pictures is done."),
        (2, 0, "2 of 2 pictures are done."),
    ],
)
def test_pictures_are_counted(tmp_path: Path, good: int, bad: int, sentence: str) -> None:
    report = JobReport(folder=tmp_path)
    for number in range(good + bad):
        report.add_item(ItemDone(f"{number}", number + 1, good + bad, "" if number < good else "It is damaged."))
    assert report.summary(succeeded=True).splitlines()[0] == sentence


def test_the_job_counts_the_cases_that_it_predicts(opened: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    titles: list[str] = []
    monkeypatch.setattr(opened.app.project_jobs, "predict", lambda _cases, title: titles.append(title))
    project = opened.app.session.project
    assert project is not None
    opened.commands.train.predict_uncorrected()
    for case_id in ("a", "b"):
        project.save_mask(case_id, disc_mask())
    opened.commands.train.predict_uncorrected()
    assert titles == ["Predicting 3 cases", "Predicting 1 case"]
