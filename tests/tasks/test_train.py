"""The split of cases: patients stay together, and a case once trained on is never used for validation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.engine.config import PRESETS
from unet_desktop.engine.events import Message
from unet_desktop.errors import TrainingError
from unet_desktop.labels import DISC_AND_CUP, LabelSet
from unet_desktop.masks.file import write_mask
from unet_desktop.project.models import Model
from unet_desktop.project.project import Project
from unet_desktop.project.split import read_split
from unet_desktop.tasks import train
from unet_desktop.tasks.runs import read_record
from unet_desktop.tasks.train import train_project


@pytest.fixture
def add(project, write_picture, tmp_path):
    """Function that adds a corrected case of a patient."""

    def make(name, patient=""):
        seed = len(project.cases()) + 1
        case = project.add_image(write_picture(tmp_path / "in" / f"{name}.png", seed, 32), patient=patient)
        project.save_mask(case.id, np.ones((32, 32), np.uint8))

    return make


@pytest.fixture
def parts(project, monkeypatch):
    """Function that starts an empty training and returns training cases, validation cases and messages."""

    def select():
        given = []

        def fit(training, validation, *_arguments, **_named):
            given.extend((training, validation))
            yield from ()

        monkeypatch.setattr(train, "fit_distributed", fit)
        events = list(train_project(project.root, PRESETS["fast"]))
        training, validation = ({sample.case_id for sample in samples} for samples in given)
        return training, validation, [event.text for event in events if isinstance(event, Message)]

    return select


def test_a_patients_cases_stay_on_one_side(add, parts):
    for number in range(12):
        add(f"eye-{number}a", f"patient {number}")
        add(f"eye-{number}b", f"patient {number}")
    training, validation, _ = parts()
    assert {name[:-1] for name in training}.isdisjoint(name[:-1] for name in validation)
    assert (len(training), len(validation)) == (20, 4)


def test_a_case_of_a_known_patient_joins_the_others(add, parts):
    for number in range(10):
        add(f"eye-{number}a", f"patient {number}")
    before = parts()
    for number in range(10):
        add(f"eye-{number}b", f"patient {number}")
    after = parts()
    for old, new in zip(before[:2], after[:2], strict=True):
        assert new == old | {name.replace("a", "b") for name in old}


def test_a_patient_entered_later_does_not_move_a_case(add, parts, project):
    for number in range(10):
        add(f"eye-{number}")
    training, validation, _ = parts()
    trained_on, validated_on = sorted(training)[0], sorted(validation)[0]
    opened = Project.open(project.root)
    opened.mark(trained_on, patient="first")
    opened.mark(validated_on, patient="second")
    assert parts()[:2] == (training, validation)


def test_all_cases_of_one_patient_are_too_few(add, parts, project):
    for name in "abc":
        add(name, "only one")
    with pytest.raises(TrainingError, match="belong to one patient"):
        parts()
    assert not project.layout.split.exists()


def test_two_cases_give_one_to_each_side(add, parts):
    add("a")
    add("b")
    training, validation, messages = parts()
    assert (len(training), len(validation), training | validation, messages) == (1, 1, {"a", "b"}, [])


def test_a_picture_that_is_gone_is_named_and_left_out(add, parts, project):
    for name in "abc":
        add(name)
    project.image_path("b").unlink()
    training, validation, (message,) = parts()
    assert training | validation == {"a", "c"}
    assert "b is left out: its picture" in message


def test_a_split_that_leaves_one_side_empty_says_what_to_do(add, parts, project):
    add("a")
    add("b")
    parts()
    project.layout.split.write_text('{"case:a": "train", "case:b": "train"}')
    with pytest.raises(TrainingError, match="same side of the split"):
        parts()
    assert read_split(project.layout.split) == {"case:a": "train", "case:b": "train"}


def test_a_case_that_was_trained_on_never_becomes_validation_when_its_patient_turns_out_to_be_another(
    add, parts, project
):
    for number in range(10):
        add(f"eye-{number}", f"patient {number}")
    training, validation, _ = parts()
    trained_on, validated_on = sorted(training)[0], sorted(validation)[0]
    opened = Project.open(project.root)
    opened.mark(trained_on, patient=opened.case(validated_on).patient)
    training, validation, _ = parts()
    assert {trained_on, validated_on} <= training
    assert validation


def test_recent_is_what_was_corrected_since_the_model_or_never_taught_it(project, add):
    for name in "abc":
        add(name)
    labels = project.labels
    header = CheckpointHeader(
        labels, {}, "fast", {}, {}, {"train_cases": ["a", "b"]}, {}, "2001-01-01T00:00:00+00:00", "0" * 64, None
    )
    model = Model("model-001", project.layout.model("model-001"), header)
    cases = [replace(case, changed_at="2000-01-01T00:00:00+00:00") for case in project.cases()]
    assert train.recent_cases(model, cases) == {"c"}
    cases[0] = replace(cases[0], changed_at="2001-01-01T00:00:01+00:00")
    assert train.recent_cases(model, cases) == {"a", "c"}
    assert train.recent_cases(None, cases) == frozenset()


def test_the_engine_is_told_the_prediction_and_what_is_recent(project, add):
    add("a")
    project.save_prediction("a", np.ones((32, 32), np.uint8), model="f00d", confidence=0.9)
    (case,) = project.cases()
    (sample,) = train.make_samples(project, [case], frozenset({"a"}))
    assert (sample.prediction, sample.recent) == (project.layout.prediction("a"), True)
    (sample,) = train.make_samples(project, [case])
    assert not sample.recent


def test_bad_masks_and_records_are_left_out_and_all_of_them_are_told(add, parts, project):
    for number in range(10):
        add(f"eye-{number}")
    write_mask(project.layout.mask("eye-1"), np.ones((9, 9), np.uint8), project.labels)
    write_mask(project.layout.mask("eye-2"), np.full((32, 32), 77, np.uint8), project.labels)
    project.layout.mask("eye-3").write_bytes(b"no picture")
    project.layout.record("eye-4").write_text("{")
    training, validation, messages = parts()
    assert not (training | validation) & {"eye-1", "eye-2", "eye-3", "eye-4"}
    assert len(training | validation) == 6
    assert [message.split(" is left out: ")[0] for message in messages] == ["eye-1", "eye-2", "eye-3", "eye-4"]


def test_too_few_sound_masks_are_one_sentence(add, parts, project):
    for name in "ab":
        add(name)
        project.layout.mask(name).write_bytes(b"no picture")
    with pytest.raises(TrainingError, match="at least 2"):
        parts()


@pytest.fixture
def started(project, monkeypatch):
    """Function that starts a training with models of these labels, newest first; how it starts and what is said."""

    def start(*labels, train_cases=()):
        found = {}

        def fit(*_arguments, **named):
            found.update(named)
            yield from ()

        headers = [
            CheckpointHeader(one, {}, "fast", {}, {}, {"train_cases": list(train_cases)}, {}, "2001-01-01", "0" * 64)
            for one in labels
        ]
        models = [Model(f"m{number}", project.layout.model(f"m{number}"), one) for number, one in enumerate(headers)]
        monkeypatch.setattr(train, "fit_distributed", fit)
        monkeypatch.setattr(train, "list_models", lambda _: models)
        events = list(train_project(project.root, PRESETS["fast"]))
        texts = [event.text for event in events if isinstance(event, Message)]
        parent = found["start_from"]
        return parent.stem if parent else None, found["origin"], texts

    return start


DISC, CUP = DISC_AND_CUP


@pytest.mark.parametrize(
    "same",
    [
        LabelSet((replace(DISC, colour="#123456"), replace(CUP, colour="#abcdef"))),
        LabelSet((DISC, CUP)),
    ],
)
def test_training_continues_from_a_model_whose_labels_differ_in_colour_alone(add, started, same):
    add("a")
    add("b")
    assert started(same) == ("m0", "", ["Training continues from m0."])


def test_new_weights_because_of_changed_labels_are_said_with_the_labels(add, started, project):
    add("a")
    add("b")
    parent, origin, texts = started(LabelSet((DISC,)), LabelSet((replace(DISC, value=3), replace(CUP, unique=False))))
    assert parent is None
    assert origin == 'new weights, because the labels have changed since m0: "optic cup" was added'
    assert texts == [f"Training starts from {origin}."]
    assert read_record(project.layout, "model-001").origin == origin  # a resumed run tells its model
    assert started(LabelSet((DISC,)), DISC_AND_CUP)[0] == "m1"  # an older model fits


def test_new_weights_because_of_the_validation_cases_are_said(add, started):
    add("a")
    add("b")
    _, origin, _ = started(DISC_AND_CUP, train_cases=["a", "b"])
    assert origin == "new weights, because m0 was trained on cases that now validate"
    assert started()[1:] == ("", [])  # of a first training there is nothing to say


def test_empty_masks_are_spread_over_both_parts(project, write_picture, tmp_path, parts):
    for number in range(20):
        case = project.add_image(write_picture(tmp_path / "in" / f"{number}.png", number + 1, 32))
        project.save_mask(case.id, np.full((32, 32), number >= 10, np.uint8))
    _, validation, _ = parts()
    assert len(validation) == 4
    assert sum(int(name) < 10 for name in validation) == 2
