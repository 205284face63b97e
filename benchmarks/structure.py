"""Count the structure of the code: modules, imports, circles, names, and what tests reach into.

    python benchmarks/structure.py
    python benchmarks/structure.py --against 61b0784 --hops
    python benchmarks/structure.py --package ../other/unet_desktop --details

Reads the source only; nothing of the package is imported. `--hops` also runs the window off screen and counts the
frames of "undo" and of "start training", see hops.py. `--against REV` prints a second column for that revision, and
`--details` names what was counted.

What is counted:

- Code lines: lines with code, without blank lines, comments, docstrings and imports. The share of import lines is that
  of all lines.
- Circles: strongly connected components of more than one. Imports within functions and under TYPE_CHECKING count; the
  circles that are left without them are given beside. Folders are packages: one imports another when a module that
  lies in it imports a module that lies in the other. Imports between a folder and a folder inside it are left out, and
  counted in a row of their own.
- Importers are modules of the package. Names that occur twice are file names without `__init__`, and class names.
- Private attributes read by tests: `x._y` where x is neither self nor cls.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SMALL = 60
"""Lines of a file that is small."""
NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}
LATE, TYPES, AT_IMPORT = "in a function", "for types", "at import"

Graph = Mapping[str, Iterable[str]]


@dataclass(frozen=True, slots=True)
class Import:
    """A module of the package imports another.

    Attributes:
        importer, imported: dotted names of modules.
        when: AT_IMPORT, TYPES (under TYPE_CHECKING) or LATE (within a function).
    """

    importer: str
    imported: str
    when: str


@dataclass(frozen=True, slots=True)
class Module:
    """A file of the package.

    Attributes:
        name: dotted, a package's without `__init__`.
        folder: dotted name of the package it lies in.
        path: the file.
        lines, code, imports: all its lines, those of code and those of imports, see above.
        classes: names of its classes, also of those within others.
    """

    name: str
    folder: str
    path: Path
    lines: int
    code: int
    imports: int
    classes: tuple[str, ...]

    @property
    def is_package(self) -> bool:
        """Whether it is an `__init__`."""
        return self.path.stem == "__init__"


def read_modules(package: Path) -> dict[str, Module]:
    """All modules of the package, by name; bundled resources are none."""
    modules = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        if "_resources" in parts:
            continue
        folder = ".".join(parts[:-1])
        source = path.read_text("utf-8")
        tree = ast.parse(source)
        name = folder if parts[-1] == "__init__" else ".".join(parts)
        classes = tuple(node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
        modules[name] = Module(name, folder, path, *count_lines(source, tree), classes)
    return modules


def count_lines(source: str, tree: ast.Module) -> tuple[int, int, int]:
    """(all lines, lines of code, lines of imports)."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    imports: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines.difference_update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(source.splitlines()), len(lines - imports), len(imports)


def read_imports(modules: Mapping[str, Module]) -> list[Import]:
    """Who imports whom within the package; once for each pair and moment."""
    found = set()
    for module in modules.values():
        for node, when in _import_nodes(ast.parse(module.path.read_text("utf-8")), AT_IMPORT):
            for name in _imported_names(node, module):
                while name and name not in modules:  # "package.module.name" is a name in "package.module"
                    name = name.rpartition(".")[0]
                if name and name != module.name:
                    found.add(Import(module.name, name, when))
    return sorted(found, key=lambda entry: (entry.importer, entry.imported, entry.when))


def _import_nodes(node: ast.AST, when: str) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, when
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _import_nodes(child, LATE)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test) and when == AT_IMPORT:
            yield from _import_nodes(child, TYPES)
        else:
            yield from _import_nodes(child, when)


def _imported_names(node: ast.Import | ast.ImportFrom, module: Module) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = node.module or ""
    if node.level:
        above = module.folder.split(".")
        above = above[: len(above) - node.level + 1]
        base = ".".join([*above, *([node.module] if node.module else [])])
    return [f"{base}.{alias.name}" for alias in node.names]


def circles(graph: Graph) -> list[list[str]]:
    """The strongly connected components of more than one node, the largest first (Tarjan)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(start: str) -> None:
        work = [(start, iter(sorted(graph.get(start, ()))))]
        order[start] = lowest[start] = len(order)
        stack.append(start)
        while work:
            node, following = work[-1]
            for other in following:
                if other not in order:
                    order[other] = lowest[other] = len(order)
                    stack.append(other)
                    work.append((other, iter(sorted(graph.get(other, ())))))
                    break
                if other in stack:
                    lowest[node] = min(lowest[node], order[other])
            else:
                work.pop()
                if work:
                    lowest[work[-1][0]] = min(lowest[work[-1][0]], lowest[node])
                if lowest[node] == order[node]:
                    place = stack.index(node)
                    if len(stack) - place > 1:
                        found.append(sorted(stack[place:]))
                    del stack[place:]

    for node in sorted(graph):
        if node not in order:
            visit(node)
    return sorted(found, key=lambda names: (-len(names), names))


def module_graph(imports: Iterable[Import]) -> dict[str, set[str]]:
    """Each module with those that it imports."""
    graph: dict[str, set[str]] = {}
    for entry in imports:
        graph.setdefault(entry.importer, set()).add(entry.imported)
    return graph


def folder_graph(
    modules: Mapping[str, Module], imports: Iterable[Import], *, nested: bool = False
) -> dict[str, set[str]]:
    """Each folder with those that it imports from; `nested` also from one that it lies in, or that lies in it."""
    graph: dict[str, set[str]] = {}
    for entry in imports:
        one, other = modules[entry.importer].folder, modules[entry.imported].folder
        inside = f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")
        if one != other and (nested or not inside):
            graph.setdefault(one, set()).add(other)
    return graph


def repeated(names: Iterable[str]) -> list[str]:
    """Names that occur more than once."""
    return sorted(name for name, times in Counter(names).items() if times > 1)


def private_reads(tests: Path) -> list[str]:
    """Places in which tests read an attribute that is private to another object, as "file:line x._y"."""
    found = []
    for path in sorted(tests.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)):
                continue
            own = isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
            if node.attr.startswith("_") and not node.attr.startswith("__") and not own:
                found.append(f"{path.relative_to(tests)}:{node.lineno} {ast.unparse(node)}")
    return found


def imported_tests(tests: Path) -> list[str]:
    """Imports of one test module by another, as "file: module"."""
    found = []
    for path in sorted(tests.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else names
            found += [
                f"{path.relative_to(tests)}: {name}" for name in names if name.rpartition(".")[2].startswith("test_")
            ]
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: what, how much, and the names behind it."""

    title: str
    value: str
    names: tuple[str, ...] = ()


def measure(package: Path) -> list[Row]:
    """All that is counted of a package, and of the folder `tests` beside it."""
    modules = read_modules(package)
    imports = read_imports(modules)
    at_import = [entry for entry in imports if entry.when == AT_IMPORT]
    code = sorted(module.code for module in modules.values() if not module.is_package)
    lines = sum(module.lines for module in modules.values())
    import_lines = sum(module.imports for module in modules.values())
    importers = Counter(imported for _, imported in {(entry.importer, entry.imported) for entry in imports})
    lonely = sorted(name for name, count in importers.items() if count == 1 and not modules[name].is_package)
    small = [name for name in lonely if modules[name].lines <= SMALL]
    stems = repeated(module.path.stem for module in modules.values() if not module.is_package)
    classes = repeated(name for module in modules.values() for name in module.classes)
    return [
        Row("modules (without __init__)", f"{len(code)}"),
        Row("code lines per module, median", f"{statistics.median(code):.0f}"),
        Row("code lines per module, 90th percentile", f"{code[-(-9 * len(code) // 10) - 1]}"),
        Row("share of import lines", f"{import_lines / lines:.1%}"),
        _circles("circles of modules", module_graph(imports)),
        _circles("  of these by imports at import alone", module_graph(at_import)),
        _circles("circles of folders", folder_graph(modules, imports)),
        _circles("  of these by imports at import alone", folder_graph(modules, at_import)),
        _circles("  with a folder and its own subfolders", folder_graph(modules, imports, nested=True)),
        _listed("imports under TYPE_CHECKING", _pairs(imports, TYPES)),
        _listed("imports within functions", _pairs(imports, LATE)),
        _listed("file names that occur twice", stems),
        _listed("class names that occur twice", classes),
        _listed("modules with one importer", lonely),
        _listed(f"  of these with at most {SMALL} lines", small),
        *_of_tests(package.parent / "tests"),
    ]


def _of_tests(tests: Path) -> list[Row]:
    return [
        _listed("private attributes read by tests", private_reads(tests)),
        _listed("imports of tests by other tests", imported_tests(tests)),
    ]


def _pairs(imports: Iterable[Import], when: str) -> list[str]:
    return [f"{entry.importer} -> {entry.imported}" for entry in imports if entry.when == when]


def _listed(title: str, names: Iterable[str]) -> Row:
    return Row(title, f"{len(tuple(names))}", tuple(names))


def _circles(title: str, graph: Graph) -> Row:
    found = circles(graph)
    sizes = f" (of {', '.join(str(len(circle)) for circle in found)})" if found else ""
    return Row(title, f"{len(found)}{sizes}", tuple(" ".join(circle) for circle in found))


def count_hops(package: Path) -> list[Row]:
    """Frames and files of "undo" and of "start training", each in a program of its own that runs this package."""
    rows = []
    for what, title in (("undo", "undo"), ("train", "start training")):
        command = [sys.executable, str(REPOSITORY / "benchmarks" / "hops.py"), what, "--json"]
        environment = os.environ | {"PYTHONPATH": str(package.parent)}
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=package.parent, env=environment, timeout=300, check=False
        )
        if done.returncode:
            rows.append(Row(f"hops of {title}", "not found", tuple(done.stderr.splitlines()[-8:])))
            continue
        chain = json.loads(done.stdout.splitlines()[-1])
        files = {frame.rpartition(":")[0] for frame in chain}
        rows.append(Row(f"hops of {title}", f"{len(chain)} through {len(files)} files", tuple(chain)))
    return rows


def unpack(revision: str, folder: Path) -> Path:
    """The package as that revision has it, with its tests."""
    archive = subprocess.run(
        ["git", "-C", str(REPOSITORY), "archive", "--format=tar", revision], capture_output=True, check=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        packed.extractall(folder, filter="data")
    return folder / "unet_desktop"


def table(columns: Mapping[str, list[Row]]) -> str:
    """The columns side by side; their rows are the same."""
    first = next(iter(columns.values()))
    width = max(len(row.title) for row in first)
    widths = [max(len(head), *(len(row.value) for row in rows)) for head, rows in columns.items()]
    heads = (f"{head:>{size}}" for head, size in zip(columns, widths, strict=True))
    lines = [f"{'':{width}}  {'  '.join(heads)}"]
    for cells in zip(*columns.values(), strict=True):
        values = (f"{row.value:>{size}}" for row, size in zip(cells, widths, strict=True))
        lines.append(f"{cells[0].title:{width}}  {'  '.join(values)}")
    return "\n".join(line.rstrip() for line in lines)


def details(rows: Iterable[Row]) -> str:
    """The names behind each row."""
    return "\n\n".join("\n  ".join([f"{row.title.strip()}:", *row.names]) for row in rows if row.names)


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", type=Path, default=REPOSITORY / "unet_desktop")
    parser.add_argument("--against", metavar="REV", help="count this revision of the repository too")
    parser.add_argument("--hops", action="store_true", help="run the window and count frames")
    parser.add_argument("--details", action="store_true", help="name what was counted, of the package")
    options = parser.parse_args()
    package = options.package.resolve()
    columns = {}
    with tempfile.TemporaryDirectory(prefix="unet-desktop-") as folder:
        if options.against:
            before = unpack(options.against, Path(folder))
            columns[options.against] = measure(before) + (count_hops(before) if options.hops else [])
        columns["now"] = measure(package) + (count_hops(package) if options.hops else [])
    print(table(columns))
    if options.details:
        print(f"\n{details(columns['now'])}")


if __name__ == "__main__":
    main()
