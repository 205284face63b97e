"""The architecture as tests: who may import whom, how large things may grow, and what they may not be called."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGE = REPOSITORY / "unet_desktop"
CONFIGURATION = str(REPOSITORY / "pyproject.toml")
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "_resources" not in path.parts)
FORBIDDEN_NAMES = {"util", "utils", "common", "helper", "helpers", "manager", "managers", "misc"}
QT = ("PySide6", "shiboken6", "qtawesome", "qtpy", "pyqtgraph")

MAX_LINES = {"module": 400, "class": 300, "function": 60}
MAX_WINDOW_LINES = 149

EXCEPTIONS: dict[str, str] = {}
"""What may be larger than the limits: "gui/app.py" or "gui/app.py:Class" to the reason why."""


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def sized_parts(path: Path) -> Iterator[tuple[str, str, int]]:
    """Kind, name and lines of the module and of every class and function in it."""
    yield "module", name_of(path), len(path.read_text("utf-8").splitlines())
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            kind = "class" if isinstance(node, ast.ClassDef) else "function"
            assert node.end_lineno is not None
            yield kind, f"{name_of(path)}:{node.name}", node.end_lineno - node.lineno + 1


def imported_names(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | environment,
        check=False,
    )


def without(names: tuple[str, ...], code: str) -> str:
    """Code that runs where these packages cannot be imported."""
    return f"import sys\nsys.modules.update({{name: None for name in {names!r}}})\n{code}"


def test_imports_point_one_way():
    # In a process of its own: import-linter sets up logging for the whole process it runs in.
    code = f"from importlinter import cli; raise SystemExit(cli.lint_imports(config_filename={CONFIGURATION!r}))"
    result = run_python(code)
    assert result.returncode == 0, result.stdout


def test_nothing_grows_beyond_its_limit():
    sizes = [part for path in MODULES for part in sized_parts(path)]
    too_large = {
        f"{kind} {name}": lines for kind, name, lines in sizes if lines > MAX_LINES[kind] and name not in EXCEPTIONS
    }
    assert not too_large


def test_the_window_assembles_and_stays_small():
    window = PACKAGE / "gui" / "window" / "main_window.py"
    assert len(window.read_text("utf-8").splitlines()) <= MAX_WINDOW_LINES


def test_exceptions_are_needed():
    parts = {name: (kind, lines) for path in MODULES for kind, name, lines in sized_parts(path)}
    for name, reason in EXCEPTIONS.items():
        assert reason.strip(), name
        assert name in parts, f"{name} is gone; take it from EXCEPTIONS"


def test_no_module_is_a_drawer():
    names = {part for path in MODULES for part in path.relative_to(PACKAGE).with_suffix("").parts}
    assert not names & FORBIDDEN_NAMES


def test_every_module_says_what_it_is():
    assert [name_of(path) for path in MODULES if not (ast.get_docstring(tree_of(path)) or "").strip()] == []


def test_opencv_is_imported_in_one_place():
    assert [name_of(path) for path in MODULES if "cv2" in imported_names(path)] == ["images/opencv.py"]


def test_only_the_terminal_prints():
    printing = [
        name_of(path)
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert [name for name in printing if not name.startswith(("cli/", "gui/self_test"))] == []


def test_no_sentence_holds_an_error_as_python_writes_it():
    """`[Errno 40] Too many levels of symbolic links: '/path'` is no reason that a person is given."""
    found = []
    for path in MODULES:
        for handler in ast.walk(tree_of(path)):
            kinds = ast.unparse(handler.type) if isinstance(handler, ast.ExceptHandler) and handler.type else ""
            if "OSError" not in kinds and "DECODER_ERRORS" not in kinds:
                continue
            shown = "{" + str(handler.name) + "}"
            texts = [node for node in ast.walk(handler) if isinstance(node, ast.JoinedStr)]
            found += [f"{name_of(path)}:{text.lineno}" for text in texts if shown in ast.unparse(text)]
    assert found == [], "say errors.reason_of(error)"


def test_only_the_terminal_names_its_flags():
    below = [
        path for path in MODULES if name_of(path).partition("/")[0] in ("tasks", "engine", "project", "masks", "images")
    ]
    flags = [
        (name_of(path), node.value)
        for path in below
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"(?<!\S)--[a-z]", node.value)
    ]
    assert flags == [("tasks/folders/cluster.py", "--no-dashboard")], (
        "errors carry a Remedy; cli/remedies.py has the flags"
    )


@pytest.mark.parametrize("before", [{}, {"QT_QPA_PLATFORM_PLUGIN_PATH": "/mine", "QT_QPA_FONTDIR": "/fonts"}])
def test_importing_opencv_leaves_the_qt_environment(before):
    names = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")
    code = f"""
import json, os
for name in {names!r}:
    os.environ.pop(name, None)
os.environ.update({before!r})
from unet_desktop.images.opencv import cv2
assert cv2.__version__
print(json.dumps({{name: os.environ[name] for name in {names!r} if name in os.environ}}))
"""
    done = run_python(code)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == before


@pytest.mark.parametrize("arguments", [["--help"], ["doctor", "--help"], ["segment", "--help"], ["--version"]])
def test_the_terminal_works_without_qt(arguments):
    code = without(QT, f"from unet_desktop.__main__ import main\nsys.exit(main({arguments!r}))")
    done = run_python(code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_tasks_are_importable_without_qt():
    paths = [path for path in (PACKAGE / "tasks").rglob("*.py") if path.stem != "__init__"]
    names = [".".join(path.relative_to(REPOSITORY).with_suffix("").parts) for path in paths]
    code = f"import importlib\nfor name in {names!r}:\n    importlib.import_module(name)"
    done = run_python(without(QT, code + "\nimport unet_desktop.cli.main"))
    assert done.returncode == 0, done.stderr
    assert names


LIBRARIES_OF_REPORTS = ("matplotlib", "jinja2", "reportlab", "svglib")


def test_the_window_starts_without_the_libraries_of_reports():
    done = run_python(f"import sys, unet_desktop.gui.app\nassert not {set(LIBRARIES_OF_REPORTS)} & set(sys.modules)")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "code",
    [
        "import unet_desktop.cli.main",
        "from unet_desktop.__main__ import main; assert main(['--help']) == 0",
        "from unet_desktop.__main__ import main; assert main(['train', '--help']) == 0",
        "import unet_desktop.project.project, unet_desktop.tasks.import_images, unet_desktop.tasks.evaluation.run",
    ],
)
def test_the_terminal_starts_without_torch_qt_and_the_libraries_of_reports(code):
    heavy = {"torch", "PySide6", *LIBRARIES_OF_REPORTS}
    done = run_python(f"{code}\nimport sys\nassert not {heavy} & set(sys.modules)")
    assert done.returncode == 0, done.stderr


def test_nothing_reads_what_can_run_code():
    """Qt's settings make Python objects of an ini file's text; pickles run what they hold."""
    found = [
        f"{name_of(path)}: {word}"
        for path in MODULES
        for word in ("QSettings", "import pickle", "pickle.load", "eval(")
        if re.search(rf"(?<![\w.]){re.escape(word)}", path.read_text("utf-8"))
    ]
    assert found == []


def test_json_is_decoded_in_one_place():
    """`distributed` decodes what another process of the same run sends."""
    decoding = [name_of(path) for path in MODULES if re.search(r"json\.loads?\(", path.read_text("utf-8"))]
    assert decoding == ["engine/device/distributed.py", "json_data.py"]
