from __future__ import annotations

import json
import logging
import os
import struct
from dataclasses import replace

import pytest
from checkpoint_headers import HEADER

from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.models import list_models, next_model_name, read_notes


def add_model(project, name, created=HEADER.created):
    text = json.dumps({"__metadata__": replace(HEADER, created=created).to_metadata()}).encode()
    project.layout.model(name).write_bytes(struct.pack("<Q", len(text)) + text)


def test_models_stand_newest_first(project):
    add_model(project, "model-002", "2026-01-01T00:00:00+00:00")
    add_model(project, "model-010", "2026-01-03T00:00:00+00:00")
    add_model(project, "of a friend", "2026-01-02T00:00:00+00:00")
    models = list_models(project.layout)
    assert [model.name for model in models] == ["model-010", "of a friend", "model-002"]
    assert models[0].header.labels == DISC_AND_CUP
    assert models[0].path == project.layout.model("model-010")


def test_models_of_the_same_second_stand_by_number(project):
    for name in ("model-009", "model-011", "model-010"):
        add_model(project, name)
    assert [model.name for model in list_models(project.layout)] == ["model-011", "model-010", "model-009"]


def test_what_is_no_model_is_logged_and_passed_over(project, caplog):
    add_model(project, "model-001")
    project.layout.model("broken").write_bytes(b"broken")
    (project.layout.models / "readme.txt").write_text("hello")
    with caplog.at_level(logging.WARNING):
        assert [model.name for model in list_models(project.layout)] == ["model-001"]
    assert "broken.safetensors" in caplog.text
    assert "readme" not in caplog.text


def test_new_names_were_never_used(project):
    assert next_model_name(project.layout) == "model-001"
    add_model(project, "model-001")
    project.layout.run("model-007").write_text("stage")
    add_model(project, "something else")
    assert next_model_name(project.layout) == "model-008"
    add_model(project, "model-1234")
    assert next_model_name(project.layout) == "model-1235"


def test_a_project_without_models_has_none(project):
    assert list_models(project.layout) == []


def test_the_newest_model_follows_its_number_when_the_clock_was_put_back(project):
    add_model(project, "model-001", "2031-01-01T00:00:00+00:00")
    add_model(project, "of a friend", "2026-06-01T00:00:00+00:00")
    add_model(project, "model-002", "2026-01-03T00:00:00+00:00")
    assert [model.name for model in list_models(project.layout)] == ["model-002", "model-001", "of a friend"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_notes_that_are_a_pipe_are_not_waited_for(project):
    os.mkfifo(project.layout.model_notes("model-001"))
    assert read_notes(project.layout, "model-001") == ""
