"""Documents point only at files that exist, and so do the comments that name a document."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])
SOURCES = sorted(
    path for folder in ("unet_desktop", "benchmarks", "tests") for path in (REPOSITORY / folder).rglob("*.py")
)

_LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
_NAMED = re.compile(r"(?<![\w/])docs/[\w/.-]*\w")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_links_lead_somewhere(document):
    missing = [link for link in _LINK.findall(document.read_text("utf-8")) if not (document.parent / link).exists()]
    assert not missing


@pytest.mark.parametrize("folder", ["documents", "sources"])
def test_documents_that_are_named_exist(folder):
    named = {
        (path.relative_to(REPOSITORY).as_posix(), name)
        for path in (DOCUMENTS if folder == "documents" else SOURCES)
        for name in _NAMED.findall(path.read_text("utf-8"))
    }
    assert {name for _, name in named}
    assert not {(path, name) for path, name in named if not (REPOSITORY / name).exists()}
