"""What is remembered is asked once, and anew when it was forgotten or cannot be read."""

from __future__ import annotations

import json

import pytest

from unet_desktop.engine.device.benchmark_cache import benchmark_cache_path, forget, measure_once


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))


@pytest.mark.parametrize("answer", [True, False])
def test_a_question_is_asked_once(answer):
    asked = []
    for _ in range(3):
        assert measure_once("is it fast", lambda: asked.append(1) or answer) is answer
    assert len(asked) == 1
    assert measure_once("is it red", lambda: not answer) is not answer
    assert measure_once("is it fast", pytest.fail) is answer
    forget()
    assert measure_once("is it fast", lambda: not answer) is not answer


@pytest.mark.parametrize("content", ["", "[]", "null", "{", '{"x": 3}'])
def test_a_damaged_file_is_asked_anew_and_replaced(content):
    benchmark_cache_path().parent.mkdir()
    benchmark_cache_path().write_text(content)
    assert measure_once("is it fast", lambda: True)
    assert True in json.loads(benchmark_cache_path().read_text()).values()


def test_another_torch_is_asked_anew(monkeypatch):
    assert measure_once("is it fast", lambda: True)
    monkeypatch.setattr("unet_desktop.engine.device.benchmark_cache.metadata.version", lambda _: "3.0")
    assert not measure_once("is it fast", lambda: False)


def test_where_nothing_can_be_written_the_answer_is_given_all_the_same(tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert measure_once("is it fast", lambda: True)
    assert not measure_once("is it fast", lambda: False)
