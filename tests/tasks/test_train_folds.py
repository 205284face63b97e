"""Cross-validation: each patient is validated on once, as a whole, and the final model is trained on all cases."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from unet_desktop.checkpoint_header import read_header
from unet_desktop.engine.config import PRESETS
from unet_desktop.engine.events import Finished, Message
from unet_desktop.errors import TrainingError
from unet_desktop.project.models import list_models
from unet_desktop.tasks import train, train_folds
from unet_desktop.tasks.events import FoldsDone, ModelSaved

TINY = replace(
    PRESETS["fast"],
    pretrained=False,
    epochs=1,
    locate_epochs=1,
    least_steps=1,
    batch_size=2,
    locate_batch_size=2,
    image_size=64,
    locate_size=64,
)


@pytest.fixture
def add(project, write_picture, tmp_path, fundus):
    """Function that adds a corrected case of a patient."""

    def make(name, patient=""):
        seed = len(project.cases()) + 1
        case = project.add_image(write_picture(tmp_path / "in" / f"{name}.png", seed, 64), patient=patient)
        project.save_mask(case.id, fundus(seed, 64).mask)

    return make


def test_each_patient_is_validated_on_once_and_then_all_are_trained_on(project, add, monkeypatch):
    for number in range(5):
        add(f"p{number}-left", f"patient {number}")
        add(f"p{number}-right", f"patient {number}")
    runs = []

    def fit(train_samples, validation, *_arguments, save_to, **_named):
        runs.append(({sample.case_id for sample in train_samples}, {sample.case_id for sample in validation}))
        yield Finished(save_to, {"dice/optic disc": 0.9 + 0.01 * len(runs)}, {}, 1.0)

    monkeypatch.setattr(train, "fit_distributed", fit)
    monkeypatch.setattr(train_folds, "fit_distributed", fit)
    events = list(train_folds.train_folds(project.root, TINY, 5))
    everyone = {case.id for case in project.cases()}
    assert sorted(name for _, validation in runs[:5] for name in validation) == sorted(everyone)
    for train_samples, validation in runs[:5]:
        assert train_samples | validation == everyone
        assert len({name[:2] for name in validation}) == 1
        assert len(validation) == 2
    assert runs[5] == (everyone, set())
    (done,) = [event for event in events if isinstance(event, FoldsDone)]
    assert done.mean["dice/optic disc"] == pytest.approx(0.93)
    assert done.spread["dice/optic disc"] == pytest.approx(np.std([0.91, 0.92, 0.93, 0.94, 0.95], ddof=1))
    assert "Fold 5 of 5: training on 8 cases, validating on 2." in [
        event.text for event in events if isinstance(event, Message)
    ]


def test_the_model_that_is_kept_is_of_all_cases_and_the_only_one(project, add):
    for name in "abcd":
        add(name)
    events = list(train_folds.train_folds(project.root, TINY, 2))
    assert isinstance(events[-1], ModelSaved)
    (model,) = list_models(project.layout)
    assert sorted(read_header(model.path).data["train_cases"]) == ["a", "b", "c", "d"]
    assert not project.layout.training_states()
    (done,) = [event for event in events if isinstance(event, FoldsDone)]
    assert done.folds == 2
    assert 0 <= done.mean["dice/optic disc"] <= 1


def test_one_training_case_is_not_called_several(project, add, monkeypatch):
    monkeypatch.setattr(train_folds, "fit_distributed", lambda *_arguments, **_named: iter(()))
    for name in "ab":
        add(name)
    events = itertools.islice(train_folds.train_folds(project.root, TINY, 2), 20)
    said = itertools.takewhile(lambda text: not text.startswith("Fold 2"), (getattr(one, "text", "") for one in events))
    assert "Fold 1 of 2: training on 1 case, validating on 1." in list(said)


@pytest.mark.parametrize("folds", [1, 0, 5])
def test_too_few_patients_for_so_many_folds(project, add, folds):
    for name in "abcd":
        add(name)
    with pytest.raises(TrainingError, match=f"2 to 4 folds, as many as patients, but not {folds}"):
        list(train_folds.train_folds(project.root, TINY, folds))
