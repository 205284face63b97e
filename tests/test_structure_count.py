"""What benchmarks/structure.py counts, on a tiny package."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "benchmarks" / "structure.py"
FILES = {
    "pkg/__init__.py": "",
    "pkg/low.py": '"""Low."""\n\nimport math\n\n\nclass Box:\n    """A box."""\n\n    side = math.pi  # of it\n',
    "pkg/a/__init__.py": '"""A."""\n',
    "pkg/a/one.py": "from pkg.a.two import f\n\ng = f\n",
    "pkg/a/two.py": "def f():\n    from pkg.a import one\n\n    return one.g\n",
    "pkg/a/store.py": (
        "from pkg.low import Box\nfrom pkg.b import store\n\n\nclass Store(Box):\n    kind = store.KIND\n"
    ),
    "pkg/b/__init__.py": "from .. import low\n\nBOX = low.Box\n",
    "pkg/b/store.py": (
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from pkg.a.store import Store\n\n"
        'KIND = """two\nlines"""\n\n\nclass Box:\n    class Lid:\n        store: "Store"\n'
    ),
    "tests/test_one.py": "def test_one(x):\n    x._y = x._z\n    assert x.a._b and x.__dict__\n",
    "tests/test_two.py": (
        "from test_one import test_one\nimport pytest\n\n\nclass T:\n    def go(self):\n        return self._kept\n"
    ),
}


@pytest.fixture(scope="module")
def structure():
    spec = importlib.util.spec_from_file_location("structure_script", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture
def package(tmp_path):
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path / "pkg"


@pytest.fixture
def modules(structure, package):
    return structure.read_modules(package)


def test_lines_of_code_are_no_blank_ones_comments_docstrings_or_imports(modules):
    counted = {name: (module.code, module.imports) for name, module in modules.items()}
    assert counted["pkg.low"] == (2, 1)
    assert counted["pkg.a"] == (0, 0)
    assert counted["pkg.a.two"] == (2, 1)
    assert counted["pkg.b.store"] == (6, 2)  # a string of two lines that is a value is code


def test_imports_are_found_wherever_they_stand(structure, modules):
    found = {(entry.importer, entry.imported): entry.when for entry in structure.read_imports(modules)}
    assert found == {
        ("pkg.a.one", "pkg.a.two"): structure.AT_IMPORT,
        ("pkg.a.two", "pkg.a.one"): structure.LATE,
        ("pkg.a.store", "pkg.low"): structure.AT_IMPORT,
        ("pkg.a.store", "pkg.b.store"): structure.AT_IMPORT,
        ("pkg.b", "pkg.low"): structure.AT_IMPORT,  # relative
        ("pkg.b.store", "pkg.a.store"): structure.TYPES,
    }


def test_circles_of_modules_and_folders(structure, modules):
    imports = structure.read_imports(modules)
    assert structure.circles(structure.module_graph(imports)) == [
        ["pkg.a.one", "pkg.a.two"],
        ["pkg.a.store", "pkg.b.store"],
    ]
    assert structure.circles(structure.folder_graph(modules, imports)) == [["pkg.a", "pkg.b"]]
    at_import = [entry for entry in imports if entry.when == structure.AT_IMPORT]
    assert structure.circles(structure.module_graph(at_import)) == []
    assert structure.circles(structure.folder_graph(modules, at_import)) == []


def test_a_folder_and_one_inside_it_are_counted_apart(structure, modules):
    down = structure.Import("pkg.low", "pkg.b.store", structure.AT_IMPORT)
    up = structure.Import("pkg.b.store", "pkg.low", structure.AT_IMPORT)
    assert structure.circles(structure.folder_graph(modules, [down, up])) == []
    assert structure.circles(structure.folder_graph(modules, [down, up], nested=True)) == [["pkg", "pkg.b"]]


def test_a_circle_that_is_reached_from_another_is_one_of_its_own(structure):
    graph = {"a": "b", "b": "ac", "c": "d", "d": "ec", "e": "f", "g": "g"}
    assert structure.circles(graph) == [["a", "b"], ["c", "d"]]


def test_what_tests_reach_into(structure, package):
    tests = package.parent / "tests"
    assert structure.private_reads(tests) == ["test_one.py:2 x._z", "test_one.py:3 x.a._b"]
    assert structure.imported_tests(tests) == ["test_two.py: test_one"]


def test_the_table_has_each_number(structure, package):
    rows = structure.measure(package)
    values = {row.title.strip(): row.value for row in rows}
    assert values["modules (without __init__)"] == "5"
    assert values["code lines per module, median"] == "2"
    assert values["code lines per module, 90th percentile"] == "6"
    assert values["circles of modules"] == "2 (of 2, 2)"
    assert values["modules with one importer"] == "4"
    assert {row.title: row.names for row in rows}["class names that occur twice"] == ("Box",)
    assert {row.title: row.names for row in rows}["file names that occur twice"] == ("store",)
    lines = structure.table({"before": rows, "now": rows}).splitlines()
    assert lines[0].split() == ["before", "now"]
    assert lines[1].split()[-2:] == ["5", "5"]
    assert "pkg.a.one pkg.a.two" in structure.details(rows)
