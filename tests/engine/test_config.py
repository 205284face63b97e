from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from unet_desktop.engine.config import PRESETS, TrainConfig, fine_tuning_config
from unet_desktop.errors import TrainingError
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE


def test_presets():
    assert [config.title for config in PRESETS.values()] == ["Fast", "Article U-Net"]
    article = PRESETS["article"]
    assert (article.epochs, article.learning_rate, article.schedule, article.step_epochs) == (50, 1e-4, "step", 10)
    assert (article.optimiser, article.network, article.width, article.image_size) == ("adam", "unet", 64, 256)


@pytest.mark.parametrize("config", PRESETS.values(), ids=list(PRESETS))
def test_survives_json(config):
    assert TrainConfig.from_json(json.loads(json.dumps(config.to_json()))) == config


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"epochs": 0}, "Epochs is 0"),
        ({"learning_rate": float("nan")}, "Learning rate is nan"),
        ({"batch_size": True}, "Batch size is True"),
        ({"image_size": 100}, "multiple of 32"),
        ({"optimiser": "sgd"}, '"sgd" is not a known optimiser'),
    ],
)
def test_what_cannot_work_is_a_sentence(change, sentence):
    with pytest.raises(TrainingError, match=sentence):
        replace(PRESETS["fast"], **change)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ([], "must be an object"),
        ({"preset": "fast", "lerning_rate": 1}, "unknown: lerning_rate"),
        ({"preset": "fast", "epochs": 2.5}, "whole number"),
        ({"preset": "fast", "epochs": "many"}, "Epochs is many"),
    ],
)
def test_foreign_settings_are_refused(data, sentence):
    with pytest.raises(TrainingError, match=sentence):
        TrainConfig.from_json(data)


def test_framing_follows_the_labels():
    assert PRESETS["fast"].framing_for(DISC_AND_CUP) == "crop"
    assert PRESETS["fast"].framing_for(ONE_STRUCTURE) == "patches"
    assert PRESETS["article"].framing_for(DISC_AND_CUP) == "whole"
    with pytest.raises(TrainingError, match="unique"):
        replace(PRESETS["fast"], framing="crop").framing_for(ONE_STRUCTURE)


def test_going_on_is_shorter():
    short = fine_tuning_config(PRESETS["fast"])
    assert short.epochs < PRESETS["fast"].epochs / 2
    assert short.learning_rate < PRESETS["fast"].learning_rate


def test_presets_and_events_load_without_torch():
    code = (
        "import sys, unet_desktop.engine.config, unet_desktop.engine.events, unet_desktop.engine.device.cpu_priority; "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
