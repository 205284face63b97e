"""The code speaks the glossary's language: its words are in use, words it rejects are not, and functions are verbs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGE = REPOSITORY / "unet_desktop"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "_resources" not in path.parts)

_ROW = re.compile(r"^\| \*\*(?P<word>[^*]+)\*\* \|.*\| ?(?P<rejected>[^|]*?) ?\|$")
_PARTICIPLES = {
    "asked",
    "chosen",
    "done",
    "drawn",
    "found",
    "given",
    "held",
    "kept",
    "known",
    "laid",
    "made",
    "meant",
    "named",
    "paid",
    "said",
    "seen",
    "sent",
    "shown",
    "spoken",
    "taken",
    "told",
    "written",
}
"""Irregular ones; the regular ones end in -ed."""
ALLOWED = {
    "guarded": "a decorator says what the function is after it",
    "done": "Qt's QDialog.done",
}
_VERBS_IN_ED = {"bleed", "embed", "feed", "need", "proceed", "seed", "speed", "succeed"}


def words_of(identifier: str) -> list[str]:
    """The words of a snake_case or CamelCase identifier, in lower case."""
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", identifier)]


def named_things(path: Path) -> Iterator[tuple[str, str]]:
    """(identifier, place) for everything that a module names: itself, classes, functions, parameters, variables."""
    name = path.relative_to(PACKAGE).as_posix()
    yield path.stem, name
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, f"{name}:{node.lineno}"
        elif isinstance(node, ast.arg):
            yield node.arg, f"{name}:{node.lineno}"
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, f"{name}:{node.lineno}"
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, f"{name}:{node.lineno}"


def glossary() -> dict[str, list[str]]:
    """Each word of the glossary to the identifiers' words that it rejects."""
    rows = map(_ROW.match, (REPOSITORY / "docs" / "GLOSSARY.md").read_text("utf-8").splitlines())
    return {row["word"]: re.findall(r"`([^`]+)`", row["rejected"]) for row in rows if row}


def is_participle(word: str) -> bool:
    return word in _PARTICIPLES or (word.endswith("ed") and word not in _VERBS_IN_ED)


def test_the_words_of_the_glossary_are_in_use():
    used = {"".join(words_of(name)) for path in MODULES for name, _ in named_things(path)}
    text = " ".join(used)
    unused = [
        term
        for row in glossary()
        for term in row.split(", ")
        if re.sub(r"\W", "", term).lower().removesuffix("ed") not in text
    ]
    assert not unused


def test_rejected_words_are_not_in_use():
    rejected = {word for words in glossary().values() for word in words}
    assert rejected
    found = [
        f"{place} {name}"
        for path in MODULES
        for name, place in named_things(path)
        if rejected & {*words_of(name), "".join(words_of(name))}
    ]
    assert not found


def test_functions_are_named_by_verbs_and_not_by_participles():
    """A participle before a noun ("sorted_ids") names a value and is fine; alone it says neither verb nor noun."""
    found = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            decorators = {ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list}
            is_value = bool(decorators & {"property", "cached_property", "setter"})
            returns_truth = node.returns is not None and ast.unparse(node.returns) == "bool"
            words = words_of(node.name)
            if not is_value and not returns_truth and len(words) == 1 and is_participle(words[0]):
                found.append(f"{path.relative_to(PACKAGE).as_posix()}:{node.lineno} {node.name}")
    assert not [name for name in found if name.rpartition(" ")[2] not in ALLOWED]
