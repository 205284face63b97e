"""JSON that others wrote becomes checked values, or one sentence that names the field."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.json_data import LARGEST, DataError, Side, check, parse, read

HUGE = b"1" + b"0" * 400


@dataclass(frozen=True, slots=True)
class Thing:
    name: str
    height: Side
    kind: Literal["a", "b"] = "a"
    shares: dict[str, float] = field(default_factory=dict)
    ends: tuple[float, float] | None = None
    mask: bool = False


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "it is not complete"),
        (b"{", "it is not complete"),
        (b"[]", "expected an object, got a list"),
        (b"null", "expected an object, got nothing"),
        (b"\xff", "it is not valid JSON"),
        (b"{}x", "the field"),
        (b'{"name": "a"}', 'the field "height" is missing'),
        (b'{"name": 1, "height": 2}', 'field "name": expected text, got a whole number'),
        (b'{"name": "a", "height": true}', 'field "height": expected a whole number, got true or false'),
        (b'{"name": "a", "height": 1.5}', 'field "height": expected a whole number, got a number'),
        (b'{"name": "a", "height": 0}', 'field "height": expected a whole number of at least 1'),
        (b'{"name": "a", "height": ' + HUGE + b"}", 'field "height": expected a whole number of at most'),
        (b'{"name": "a", "height": 1, "kind": "c"}', "field \"kind\": unknown value 'c'"),
        (b'{"name": "a", "height": 1, "shares": {"x": ' + HUGE + b"}}", 'field "shares": number out of range'),
        (b'{"name": "a", "height": 1, "shares": {"x": NaN}}', "it is not valid JSON"),
        (b'{"name": "a", "height": 1, "ends": [1]}', 'field "ends": expected a list of length 2'),
        (b'{"name": "a", "height": 1, "ends": [1, "x"]}', 'field "ends[1]": expected a number, got text'),
        (b'{"name": "a", "height": 1, "mask": 1}', 'field "mask": expected true or false, got a whole number'),
        (b'{"name": "\\ud800", "height": 1}', "field \"name\": the text '\\ud800' holds half of a character"),
        (b'{"name": "\\udcff", "height": 1}', "field \"name\": the text '\\udcff' holds half of a character"),
        (b'{"name": "a", "height": 1, "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "levels deep"),
    ],
)
def test_what_is_wrong_is_said_with_its_field(data, sentence):
    with pytest.raises(DataError) as caught:
        parse(data, Thing)
    assert sentence in str(caught.value)
    assert "`" not in str(caught.value)


def test_fields_that_are_not_known_are_passed_over():
    assert parse(b'\xef\xbb\xbf{"name": "a", "height": 2, "later": [1, {"x": null}]}', Thing) == Thing("a", 2)


def test_bytes_of_file_names_are_kept_where_they_may_be():
    assert parse(b'{"name": "a\\udcff", "height": 2}', Thing, file_names=True).name == "a\udcff"
    assert parse(b'"\\ud83d\\ude00"') == "\U0001f600"


def test_data_without_a_type_are_not_deep():
    assert parse(b"[" * 60 + b"]" * 60) is not None
    for depth in (65, 900):
        with pytest.raises(DataError, match="levels deep"):
            parse(b"[" * depth + b"]" * depth)
        with pytest.raises(DataError, match="levels deep"):
            parse(b'["\\udcff", ' + b"[" * depth + b"]" * (depth + 1), file_names=True)
    with pytest.raises(DataError):
        parse(b"1" * 5000)


def test_not_a_number_where_it_may_be():
    assert parse(b'{"x": [NaN, -Infinity, 1.5]}', dict[str, list[float]], nan=True)["x"][1:] == [float("-inf"), 1.5]


def test_a_file_that_is_too_long_is_not_read(tmp_path):
    path = tmp_path / "a.json"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(DataError, match="longer than"):
        read(path)
    with pytest.raises(DataError, match="longer than 3 bytes"):
        read(path, Any, limit=3)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
@pytest.mark.timeout(10)
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.json")
    with pytest.raises(DataError, match="not a file"):
        read(tmp_path / "a.json")


def test_plain_data_are_checked_too():
    assert check({"name": "a", "height": 3}, Thing) == Thing("a", 3)
    with pytest.raises(DataError, match='field "height"'):
        check({"name": "a", "height": 10**400}, Thing)
    with pytest.raises(DataError):
        check(10**400, float)


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_anything_else_is_one_sentence(data):
    for kind in (Thing, Any, dict[str, Any]):
        try:
            parse(data, kind, file_names=True, nan=True)
        except DataError as error:
            assert "\n" not in str(error)  # noqa: PT017


def test_sentences_stay_short():
    with pytest.raises(DataError) as caught:
        parse(b'{"name": "a", "height": 1, "kind": "' + b"c" * 70_000 + b'"}', Thing)
    assert len(str(caught.value)) < 500
    with pytest.raises(DataError, match="half of a character"):
        check({"name": ["\udcff"], "height": "\udcff", "shares": "\udcff"}, dict[str, list[str]])


def test_the_last_value_of_a_key_counts_as_in_other_readers() -> None:
    assert parse(b'{"a": 1, "a": 2}', dict[str, int]) == json.loads('{"a": 1, "a": 2}')
