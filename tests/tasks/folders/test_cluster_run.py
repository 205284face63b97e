"""A folder segmented by worker processes, one of which is killed: the same bytes as from a plain run."""

from __future__ import annotations

import csv
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest

from unet_desktop.__main__ import main
from unet_desktop.engine.device import device
from unet_desktop.project.lock import try_lock
from unet_desktop.tasks.folders import dask_engine
from unet_desktop.tasks.folders.ledger import NAME
from unet_desktop.tasks.folders.output_folder import LOCK
from unet_desktop.tasks.folders.written_files import RECORD

psutil = pytest.importorskip("psutil")
pytest.importorskip("distributed")


def command(photographs, model, out, *words):
    return ["segment", str(photographs), "-r", "--model", str(model), "--out", str(out), "--overlays", *words]


def content(out):
    """What the run wrote, but for the seconds that it took and the order in which pictures came."""
    files = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    for name in [NAME, RECORD, *(name for name in files if name.endswith(".lock"))]:
        files.pop(name, None)
    table = files.pop("measurements.csv").decode("utf-8-sig").splitlines()
    return files, [{name: value for name, value in row.items() if name != "seconds"} for row in csv.DictReader(table)]


def workers(program):
    """The processes of a cluster's workers."""
    return [child for child in psutil.Process(program).children() if "spawn_main" in " ".join(child.cmdline())]


@pytest.fixture
def many(photographs, write_picture):
    """So many photographs that both workers have some when one is killed."""
    for seed in range(10, 22):
        write_picture(photographs / f"{seed}.png", seed)
    return photographs


@pytest.mark.slow
def test_a_killed_worker_changes_nothing_in_what_is_written(many, small_model, tmp_path):
    # What is faster here is measured in this run and remembered for the next: not by an earlier test, in its own home.
    device._bfloat16_is_faster.cache_clear()
    assert main(command(many, small_model, tmp_path / "plain")) == 0
    run = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "unet_desktop",
            *command(many, small_model, tmp_path / "cluster", "--cluster", "local:2"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    ledger = tmp_path / "cluster" / NAME
    killed = 0
    while run.poll() is None:
        if not killed and ledger.exists() and ledger.read_bytes().count(b"\n") >= 2:
            (victim, *_) = found = workers(run.pid)
            assert len(found) == 2
            victim.kill()
            killed = victim.pid
        psutil.wait_procs([psutil.Process()], timeout=0.05)
    out, err = run.communicate()
    assert killed
    assert run.returncode == 0, err
    assert "error" not in err
    assert content(tmp_path / "cluster") == content(tmp_path / "plain")
    assert len(ledger.read_bytes().splitlines()) == 17
    assert "Masks" in out


def test_wrong_words_for_a_cluster_are_refused_before_anything_is_done(many, small_model, tmp_path, capsys):
    for words, sentence in (
        (("--cluster", "cloud"), '"cloud" is not a cluster'),
        (("--cluster-option", "cores=4"), "use it with --cluster slurm"),
        (("--cluster", "slurm", "--cluster-option", "cores"), "Write KEY=VALUE"),
        (("--show-job-script",), "--show-job-script shows what SLURM would be given; use it with --cluster slurm."),
    ):
        assert main(command(many, small_model, tmp_path / "out", *words)) == 2
        assert sentence in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_job_script_is_shown_and_nothing_is_started(many, small_model, tmp_path, capsys):
    pytest.importorskip("dask_jobqueue")
    words = [f"--cluster-option={option}" for option in ("cores=2", "memory=8GB", "queue=long", "interface=lo")]
    assert main(command(many, small_model, tmp_path / "out", "--cluster", "slurm", *words, "--show-job-script")) == 0
    assert "#SBATCH -p long" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()


class Queued:
    """Stands in for a connection to a cluster whose jobs wait in a queue; Ctrl+C comes while they do."""

    patient = True
    made = 0

    def __init__(self, _spec):
        Queued.made += 1
        self.client, self.looks, self.closed = self, 0, False

    def nthreads(self):
        self.looks += 1
        if self.looks == 1:
            signal.raise_signal(signal.SIGINT)
        return {}

    def submit(self, *_, **__):
        return SimpleNamespace(add_done_callback=lambda call: None, release=lambda: None)

    def close(self):
        self.closed = True


@pytest.fixture
def queued(monkeypatch):
    monkeypatch.setattr(dask_engine, "Connection", Queued)
    monkeypatch.setattr(Queued, "made", 0)
    return Queued


def test_ctrl_c_while_jobs_wait_in_the_queue_ends_the_run(photographs, small_model, tmp_path, capsys, queued):
    assert main(command(photographs, small_model, tmp_path / "out", "--cluster", "slurm")) == 1
    shown = capsys.readouterr()
    assert "Stopped. Everything done so far is kept." in shown.err
    assert shown.out.splitlines()[-1].startswith("0 pictures segmented, 0 failed;")
    assert queued.made == 1


def test_no_worker_is_started_for_a_run_that_has_to_wait(photographs, small_model, tmp_path, capsys, queued):
    (tmp_path / "out").mkdir()
    held = try_lock(tmp_path / "out" / LOCK)
    assert main(command(photographs, small_model, tmp_path / "out", "--cluster", "slurm")) == 2
    held.release()
    assert "Another run is writing to" in capsys.readouterr().err
    assert queued.made == 0
