"""JSON that others wrote: the one place where bytes become checked values, or one sentence that names the field.

Files, lines, settings and headers may hold anything: other types, numbers beyond 64 bits, NaN, halves of characters,
lists in lists in lists. Readers say by a type what they expect; msgspec decodes and checks in one pass. Of a key
that is there twice, the last value counts, as in the usual readers of JSON.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar, overload

import msgspec
from msgspec import Meta

from unet_desktop.errors import ProjectError
from unet_desktop.links import is_link

LARGEST = 16 << 20
"""Bytes of a file. Nothing that the program writes as one piece of JSON comes near it."""
DEEPEST = 64
"""Levels of lists and objects in one another."""

_LONGEST_SENTENCE = 400

Count = Annotated[int, Meta(ge=0, lt=1 << 53)]
"""A whole number that every program reads exactly."""
Side = Annotated[int, Meta(ge=1, lt=1 << 31)]
"""Height or width in pixels."""
Share = Annotated[float, Meta(ge=-1e-6, le=1.0 + 1e-6)]
"""A number from 0 to 1, as far as rounding goes."""

T = TypeVar("T")

_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""O_NONBLOCK: a pipe would wait for its other end for ever."""

_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WHERE = re.compile(r" - at `(key in )?\$?([^`]*)`$")
_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "array of length": "a list of length",
    "null": "nothing",
}
_SIGNS = {" >= ": " of at least ", " <= ": " of at most ", " > ": " above ", " < ": " below "}


class DataError(ValueError):
    """Part of a sentence: what is wrong with the data, and in which field."""

    def __init__(self, text: str) -> None:
        super().__init__(text if len(text) <= _LONGEST_SENTENCE else f"{text[:_LONGEST_SENTENCE]}…")


@overload
def parse(data: bytes | str) -> Any: ...
@overload
def parse(data: bytes | str, kind: type[T], *, file_names: bool = ..., nan: bool = ...) -> T: ...
@overload
def parse(data: bytes | str, kind: Any, *, file_names: bool = ..., nan: bool = ...) -> Any: ...
def parse(data: bytes | str, kind: Any = Any, *, file_names: bool = False, nan: bool = False) -> Any:
    """Decode JSON and check that it is of a type; fields that the type does not know are passed over.

    Args:
        data: UTF-8.
        kind: anything that msgspec can check: a dataclass, `dict[str, float]`, with limits as `Annotated`.
        file_names: let text hold bytes of file names that are not UTF-8, as Python represents them.
        nan: let numbers be NaN or infinite, as Python's own writer allows.

    Raises:
        DataError: it is something else.
    """
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    if data.startswith(b"\xef\xbb\xbf"):  # Windows' editors put it first
        data = data[3:]
    try:
        found = msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:  # of which a ValidationError is one
        if _SURROGATE_ESCAPE.search(data) or (nan and (b"NaN" in data or b"Infinity" in data)):
            return _parse_leniently(data, kind, file_names=file_names, nan=nan)
        raise DataError(_sentence(str(error))) from error
    except RecursionError as error:
        raise DataError(_TOO_DEEP) from error
    if isinstance(found, dict | list) and data.count(b"[") + data.count(b"{") > DEEPEST:
        _refuse_depth(found)
    return found


@overload
def check(value: Any, kind: type[T]) -> T: ...
@overload
def check(value: Any, kind: Any) -> Any: ...
def check(value: Any, kind: Any) -> Any:
    """Return plain data as this type.

    Raises:
        DataError: it is something else.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise DataError(_sentence(str(error))) from error
    except UnicodeError as error:
        raise DataError("a text holds half of a character") from error
    except (RecursionError, OverflowError) as error:
        raise DataError("it is too large or too deep") from error


@overload
def read(path: Path) -> Any: ...
@overload
def read(path: Path, kind: type[T], *, file_names: bool = ..., limit: int = ...) -> T: ...
@overload
def read(path: Path, kind: Any, *, file_names: bool = ..., limit: int = ...) -> Any: ...
def read(path: Path, kind: Any = Any, *, file_names: bool = False, limit: int = LARGEST) -> Any:
    """Decode a file as `parse` does.

    Raises:
        DataError: it is something else, or longer than `limit` bytes. OSError: it cannot be read.
    """
    return parse(read_bytes(path, limit), kind, file_names=file_names)


def read_object(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file; empty if the file does not exist.

    Raises:
        ProjectError: the file is damaged.
    """
    try:
        return read(path, dict[str, Any], file_names=True)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ProjectError(f"{path} cannot be read ({error.strerror}). Restore it from a backup.") from error
    except DataError as error:
        raise ProjectError(f"{path} cannot be read ({error}). Restore it from a backup.") from error


def read_bytes(path: Path, limit: int = LARGEST) -> bytes:
    """Return the content of a regular file.

    Raises:
        DataError: it is longer than `limit` bytes, no regular file, or a link that leads nowhere.
        OSError: it cannot be read.
    """
    try:
        handle = os.open(path, _READ)  # not as a file of Python's, which takes twice as long for small ones
    except FileNotFoundError:
        if is_link(path):
            raise DataError("it is a link that leads nowhere") from None
        raise
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise DataError("it is not a file")
        data = b""
        while len(data) <= limit and (more := os.read(handle, min(status.st_size, limit) + 1)):
            data = data + more if data else more
    finally:
        os.close(handle)
    if len(data) > limit:
        raise DataError(f"it is longer than {limit} bytes")
    return data


def _parse_leniently(data: bytes, kind: Any, *, file_names: bool, nan: bool) -> Any:
    """Decode data with lone surrogates or NaN, which msgspec refuses."""
    try:
        found = json.loads(data, parse_constant=float if nan else _refuse_constant)
        _refuse_depth(found)
    except RecursionError as error:
        raise DataError(_TOO_DEEP) from error
    except DataError:
        raise
    except ValueError as error:  # also integers of thousands of digits
        raise DataError(f"it is not valid JSON ({error})") from error
    for field, text in _texts(found):
        if not file_names and _SURROGATE.search(text):
            raise DataError(f"{_field(field)}the text {text[:40]!a} holds half of a character")
    return check(found, kind)


def _refuse_constant(name: str) -> NoReturn:
    raise DataError(f"{name} is not a number")


_TOO_DEEP = f"its lists and objects are more than {DEEPEST} levels deep"


def _refuse_depth(found: Any) -> None:
    level = [found]
    for _ in range(DEEPEST):
        level = [
            child
            for parent in level
            for child in (parent.values() if type(parent) is dict else parent)
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return
    raise DataError(_TOO_DEEP)


def _texts(found: Any) -> Iterator[tuple[str, str]]:
    """Yield each text with the outermost field that it is in."""
    level = [(str(field), value) for field, value in found.items()] if isinstance(found, dict) else [("", found)]
    if isinstance(found, dict):
        yield from (("", field) for field in found)
    while level:
        nested: list[tuple[str, Any]] = []
        for field, value in level:
            if isinstance(value, str):
                yield field, value
            elif isinstance(value, dict):
                yield from ((field, name) for name in value)
                nested += ((field, child) for child in value.values())
            elif isinstance(value, list):
                nested += ((field, child) for child in value)
        level = nested


def _sentence(message: str) -> str:
    """Say in words what msgspec says with the names of Python's types."""
    where = _WHERE.search(message)
    words = _WHERE.sub("", message)
    field = _field("" if where is None else where[2].removeprefix(".").removesuffix("[...]"))
    if words.startswith("Object missing required field"):
        return f'{field}the field "{words.split("`")[1]}" is missing'
    if words.startswith("JSON is malformed: "):
        return f"it is not valid JSON: {words.removeprefix('JSON is malformed: ')}"
    if words == "Input data was truncated":
        return "it is not complete"
    words = re.sub(r"`([^`]*)`", lambda found: _in_words(found[1]), words)
    words = words.replace("Invalid enum value", "unknown value")
    for sign, meaning in _SIGNS.items():
        words = words.replace(sign, meaning)
    return field + words[:1].lower() + words[1:]


def _in_words(names: str) -> str:
    return " or ".join(_WORDS.get(name, name) for name in names.split(" | "))


def _field(name: str) -> str:
    return f'field "{name}": ' if name else ""
