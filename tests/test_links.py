"""Nothing is written through links: a project or an output folder of somebody else cannot destroy a file elsewhere."""

from __future__ import annotations

import ast
import os
import socket
import stat
from pathlib import Path

import numpy as np
import pytest

from unet_desktop import files, growing_files
from unet_desktop.errors import ProjectError, WriteError
from unet_desktop.links import SpecialFileError, open_in_place, open_to_read, refuse_links
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.history import Step, StepKind
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.masks.patch import Patch
from unet_desktop.project import trail
from unet_desktop.project.corrections import _append
from unet_desktop.project.journal import Journal, JournalHeader
from unet_desktop.project.layout import Layout
from unet_desktop.project.lease import lease_exclusively, lease_project
from unet_desktop.project.lock import Lock, try_lock
from unet_desktop.project.project import Project
from unet_desktop.project.split import read_split
from unet_desktop.tasks.folders.ledger import GrowingLedger
from unet_desktop.tasks.folders.output_folder import LOCK, OutputFolder, refuse_taken
from unet_desktop.tasks.folders.outputs import FOLDERS

PRECIOUS = b"a file that belongs to somebody else\n"
PACKAGE = Path(files.__file__).parent


@pytest.fixture
def victim(tmp_path):
    path = tmp_path / "elsewhere" / "precious.txt"
    path.parent.mkdir()
    path.write_bytes(PRECIOUS)
    return path


@pytest.fixture
def project(project, tmp_path):
    write_jpeg(tmp_path / "photo.jpg", np.zeros((20, 30, 3), np.uint8))
    project.add_image(tmp_path / "photo.jpg")
    return project


def link(path: Path, target: Path) -> None:
    try:
        path.symlink_to(target)
    except OSError:
        pytest.skip("this system makes no links here")


def test_a_lock_that_is_a_link_is_left_alone(project, victim):
    link(project.layout.lock, victim)
    lease = lease_project(project.root)
    assert victim.read_bytes() == PRECIOUS
    assert lease.project.read_only
    assert str(project.layout.lock) in lease.obstacle
    assert str(victim) in lease.obstacle
    lease.release()
    assert project.layout.lock.is_symlink()
    with pytest.raises(ProjectError, match="is a link"):
        lease_exclusively(project.root)
    with pytest.raises(WriteError, match="is a link"):
        lease.project.writable()


def test_a_dangling_lock_makes_no_file_elsewhere(project, tmp_path):
    link(project.layout.lock, tmp_path / "made")
    assert lease_project(project.root).obstacle
    assert not (tmp_path / "made").exists()


def test_a_hard_link_as_lock_leaves_the_other_file(project, victim):
    os.link(victim, project.layout.lock)
    with lease_exclusively(project.root):
        assert victim.read_bytes() == PRECIOUS
        assert project.layout.lock.stat().st_nlink == 1


def test_a_lock_that_is_a_document_is_left_alone(project):
    project.layout.lock.write_bytes(PRECIOUS)
    assert "not a lock of this program" in lease_project(project.root).obstacle
    assert project.layout.lock.read_bytes() == PRECIOUS


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_in_a_file_s_place_neither_hangs_nor_is_written(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(WriteError, match="not an ordinary file"):
        try_lock(tmp_path / "pipe")
    with pytest.raises(WriteError, match="not an ordinary file"):
        growing_files.AppendOnlyFile(tmp_path / "pipe", 0)


@pytest.mark.parametrize("content", [b"", b"\0\0\0", b'{"user": "an'])
def test_what_a_killed_program_left_of_a_lock_is_taken(tmp_path, content):
    (tmp_path / ".lock").write_bytes(content)
    found = try_lock(tmp_path / ".lock")
    assert isinstance(found, Lock)
    found.release()


def test_appending_follows_no_link(tmp_path, victim):
    link(tmp_path / "list", victim)
    with pytest.raises(WriteError, match="is a link to"):
        growing_files.append_bytes(tmp_path / "list", b"more", 0)
    with pytest.raises(WriteError, match="is a link to"):
        growing_files.AppendOnlyFile(tmp_path / "list", 0)
    assert victim.read_bytes() == PRECIOUS


def test_without_the_system_s_help_links_are_found_too(tmp_path, victim, monkeypatch):
    monkeypatch.setattr("unet_desktop.links._NO_LINK", 0)  # as on Windows
    link(tmp_path / "list", victim)
    with pytest.raises(WriteError, match="is a link to"):
        open_in_place(tmp_path / "list")


def test_appending_leaves_a_backup_of_hard_links_as_it_was(tmp_path, victim):
    os.link(victim, tmp_path / "list")
    growing_files.append_bytes(tmp_path / "list", b"more", len(PRECIOUS))
    grown = growing_files.AppendOnlyFile(tmp_path / "list", len(PRECIOUS))
    grown.append(b"new")
    grown.close()
    assert victim.read_bytes() == PRECIOUS
    assert (tmp_path / "list").read_bytes() == PRECIOUS + b"new"


def test_corrections_that_are_a_link(project, victim):
    link(project.layout.corrections, victim)
    with pytest.raises(WriteError, match="is a link"):
        _append(project.layout.corrections, b"line\n")
    assert victim.read_bytes() == PRECIOUS


def test_a_journal_that_is_a_link_is_set_aside(project, tmp_path, drawn_journal):
    case_id = drawn_journal
    elsewhere = tmp_path / "elsewhere.journal"
    os.rename(project.layout.journal(case_id), elsewhere)
    before = elsewhere.read_bytes()
    link(project.layout.journal(case_id), elsewhere)
    with lease_exclusively(project.root) as lease:
        assert "is a link" in lease.recovered[0]
    assert elsewhere.read_bytes() == before
    assert project.layout.journal_aside(case_id, 1).is_symlink()


@pytest.fixture
def drawn_journal(project):
    case = project.cases()[0]
    journal = Journal(project.layout.journal(case.id), JournalHeader(case.height, case.width, None, True, ""))
    one = np.ones((2, 2), np.uint8)
    journal.add(Step(StepKind.DONE, Patch("Brush", 1, 1, one * 0, one)))
    journal.flush()
    return case.id


@pytest.mark.parametrize("name", [path.name for path in Layout(Path()).own_folders])
def test_a_folder_of_a_project_that_is_a_link(project, victim, name):
    folder = project.root / name
    if folder.exists():
        folder.rename(project.root / "moved")
    link(folder, victim.parent)
    left = victim.parent / ".x.unet-tmp"
    left.write_bytes(b"")
    os.utime(left, (0, 0))
    with lease_project(project.root) as lease:
        assert lease.project.read_only
        assert f"{folder} is a link to" in lease.obstacle
    with pytest.raises(WriteError, match="is a link"):
        Project.open(project.root)
    assert sorted(path.name for path in victim.parent.iterdir()) == [".x.unet-tmp", victim.name]


def test_every_folder_of_the_layout_is_guarded():
    layout = Layout(Path("root"))
    named = {name: getattr(layout, name) for name, value in vars(Layout).items() if isinstance(value, property)}
    paths = {path for path in named.values() if isinstance(path, Path) and not path.suffix}
    assert paths - {layout.lock} <= set(layout.own_folders), "add the new folder to Layout.own_folders"


def test_a_project_reached_through_a_link_is_written(project, tmp_path):
    link(tmp_path / "shortcut", project.root)
    with lease_exclusively(tmp_path / "shortcut") as lease:
        case = lease.project.cases()[0]
        lease.project.writable().save_mask(case.id, np.ones((case.height, case.width), np.uint8))


def test_a_mask_that_is_a_link_is_replaced_and_its_target_kept(project, victim):
    case = project.cases()[0]
    link(project.layout.mask(case.id), victim)
    project.save_mask(case.id, np.ones((case.height, case.width), np.uint8))
    assert victim.read_bytes() == PRECIOUS
    assert not project.layout.mask(case.id).is_symlink()
    assert read_mask(project.layout.mask(case.id), project.labels, (case.height, case.width)).all()
    assert stat.S_IMODE(project.layout.mask(case.id).stat().st_mode) == stat.S_IMODE(
        project.layout.record(case.id).stat().st_mode
    )


def test_an_output_folder_with_links(tmp_path, victim):
    out = tmp_path / "out"
    out.mkdir()
    link(out / LOCK, victim)
    for take in (refuse_taken, OutputFolder.take):
        with pytest.raises(WriteError, match="is a link"):
            take(out)
    (out / LOCK).unlink()
    link(out / "results.jsonl", tmp_path / "ledger")
    (tmp_path / "ledger").write_bytes(b"")
    with pytest.raises(WriteError, match="is a link"):
        GrowingLedger(out / "results.jsonl")
    with pytest.raises(WriteError, match="is a link"):
        OutputFolder.take(out)
    (out / "results.jsonl").unlink()
    for name in FOLDERS:
        link(out / name, victim.parent)
        with pytest.raises(WriteError, match="is a link"):
            OutputFolder.take(out)
        (out / name).unlink()
    OutputFolder.take(out).close()
    assert victim.read_bytes() == PRECIOUS


def test_a_link_deeper_inside_is_found(tmp_path, victim):
    (tmp_path / "out" / "masks").mkdir(parents=True)
    link(tmp_path / "out" / "masks" / "site", victim.parent)
    with pytest.raises(WriteError, match="is a link"):
        files.make_folder(tmp_path / "out" / "masks" / "site" / "a", inside=tmp_path / "out")
    refuse_links(tmp_path, tmp_path)


_WRITERS = {
    "os.open",
    "os.truncate",
    "os.link",
    "os.symlink",
    "sqlite3.connect",
    "cv2.imwrite",
    "np.save",
    "np.savez",
    "torch.save",
}
_METHODS = {"write_text", "write_bytes", "touch", "savefig", "save_file", "tofile", "to_csv", "imwrite", "hardlink_to"}
_ELSEWHERE = {
    ("json_data.py", "os.open"): "only to read",
    ("log.py", "os.open"): "refuses links itself, in the user's own log folder",
    ("log.py", "RotatingFileHandler"): "the user's own log folder",
    ("reports/figures.py", "figure.savefig"): "into memory",
    ("tasks/backup/write.py", "self._archive.open"): "a part of an archive that is open already",
    ("tasks/readers/collect.py", "shutil.copyfile"): "into a folder of a random name that it has just made",
}


def test_no_other_module_opens_files_for_writing():
    """Whatever writes in place goes through `links.open_in_place`; whatever replaces, through `files`."""
    found: list[str] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        where = path.relative_to(PACKAGE).as_posix()
        if where in ("files.py", "links.py"):
            continue
        calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
        names = [(node.lineno, _writing_call(node)) for node in calls]
        found += [f"{where}:{line} {name}" for line, name in names if name and (where, name) not in _ELSEWHERE]
    assert not found, "write through unet_desktop.files, which follows no links"


def _writing_call(node: ast.Call) -> str:
    """The name of a call that may open a file for writing; empty for others."""
    name = ast.unparse(node.func)
    last = name.rpartition(".")[2]
    if name == "os.open" and "O_RDONLY" in ast.unparse(node) and "O_CREAT" not in ast.unparse(node):
        return ""
    if name in _WRITERS or last in {"RotatingFileHandler", "FileHandler", "QSaveFile", "NamedTemporaryFile", "mkstemp"}:
        return name if name in _WRITERS else last
    if name.startswith("shutil.") and last != "rmtree" and last not in {"disk_usage", "which", "get_terminal_size"}:
        return name
    if last in _METHODS and not name.startswith("files."):
        return name
    if last in {"open", "FileIO", "fdopen"} and not name.startswith(("Pillow.", "Image.")):
        given = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg in (None, "mode"))]
        modes = [arg.value for arg in given if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if any(set(mode) & set("wax+") and set(mode) <= set("rwaxbt+") for mode in modes):
            return name
    return ""


def test_the_search_for_writers_finds_them():
    lines = ["open(a, 'w')", "a.open('r+b')", "a.open(mode='ab')", "os.open(a, b)", "shutil.copy(a, b)", "a.touch()"]
    for line in lines:
        assert _writing_call(ast.parse(line).body[0].value), line
    for line in ["open(a)", "a.open('rb')", "files.write_text(a, b)", "Project.open(a)", "json.loads(a)"]:
        assert not _writing_call(ast.parse(line).body[0].value), line


@pytest.mark.skipif(os.name == "nt", reason="no such sockets there")
@pytest.mark.parametrize("name", ["trail.jsonl", "split.json", "project.json", "cases/photo.json"])
def test_a_link_that_leads_nowhere_is_no_empty_file(project, tmp_path, name):
    path = project.root / name
    path.unlink(missing_ok=True)
    path.symlink_to(tmp_path / "unplugged" / name)
    if name.startswith("cases"):
        assert "link that leads nowhere" in Project.open(project.root).case("photo").damage
        return
    read = {
        "trail.jsonl": lambda: trail.read(project.layout),
        "split.json": lambda: read_split(path),
        "project.json": lambda: Project.open(project.root),
    }
    with pytest.raises(ProjectError, match="link that leads nowhere"):
        read[name]()


@pytest.mark.parametrize("kind", ["folder", "link"])
def test_what_is_no_file_in_the_heartbeat_s_place_is_called_that(project, tmp_path, kind):
    """Nobody holds the project, so no other program is blamed."""
    place = project.layout.lock.with_name(".lock.alive")
    place.mkdir() if kind == "folder" else place.symlink_to(tmp_path)
    with lease_project(project.root) as lease:
        assert lease.project.read_only
        assert str(place) in lease.obstacle
        assert "another program" not in lease.obstacle
    assert os.path.lexists(place)


def test_a_socket_is_called_that(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("photo.jpg")
        with pytest.raises(SpecialFileError, match="a pipe, a device or a socket"):
            open_to_read(tmp_path / "photo.jpg")
