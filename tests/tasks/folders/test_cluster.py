"""Runs on a Dask cluster: how it is chosen, SLURM job scripts, and pictures whose worker dies."""

from __future__ import annotations

import logging
import sys
from concurrent.futures import CancelledError
from pathlib import Path
from types import SimpleNamespace

import pytest

from unet_desktop.errors import UserError
from unet_desktop.tasks.folders import cluster, dask_engine
from unet_desktop.tasks.folders.cluster import ClusterSpec, Connection, job_script, parse_cluster
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.outcome import Problem

distributed = pytest.importorskip("distributed")


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("local", ClusterSpec("local")),
        ("local:12", ClusterSpec("local", workers=12)),
        ("tcp://node-1.example:8786", ClusterSpec("address", address="tcp://node-1.example:8786")),
        ("tls://10.0.0.1:8786", ClusterSpec("address", address="tls://10.0.0.1:8786")),
        ("slurm", ClusterSpec("slurm")),
    ],
)
def test_places_are_understood(text, spec):
    assert parse_cluster(text) == spec


@pytest.mark.parametrize("text", ["", "local:", "local:0", "local:many", "node:8786", "tcp://node", "pbs", "Slurm"])
def test_other_places_are_refused_with_what_there_is(text):
    with pytest.raises(UserError, match=r"local:4 .* tcp://host:8786, or slurm"):
        parse_cluster(text)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("cores",), "Write KEY=VALUE"),
        (("colour=red",), "is not a job option"),
        (("cores=0",), "a whole number from 1"),
        (("cores=four",), "a whole number from 1"),
    ],
)
def test_options_that_no_job_has_are_refused(options, sentence):
    with pytest.raises(UserError, match=sentence):
        parse_cluster("slurm", options)


def test_options_belong_to_slurm():
    with pytest.raises(UserError, match="Job options are for SLURM only"):
        parse_cluster("local", ("cores=4",))


def test_a_job_of_slurm_is_told_what_was_asked_for():
    pytest.importorskip("dask_jobqueue")
    options = (
        "queue=long",
        "account=eyes",
        "cores=4",
        "memory=16GB",
        "walltime=08:00:00",
        "job_extra_directives=--nice=100",
        "job_script_prologue=module load python",
        "python=/shared/venv/bin/python",
        "interface=lo",
        "jobs=50",
    )
    lines = job_script(parse_cluster("slurm", options)).splitlines()
    assert lines[0].startswith("#!")
    wanted = {"-p long", "-A eyes", "-n 1", "--cpus-per-task=4", "--mem=15G", "-t 08:00:00", "--nice=100"}
    assert wanted <= {line.removeprefix("#SBATCH ") for line in lines if line.startswith("#SBATCH ")}
    assert "module load python" in lines
    (worker,) = [line for line in lines if "dask_worker" in line or "dask worker" in line]
    assert worker.startswith("/shared/venv/bin/python -m distributed.cli.dask_worker tcp://")
    assert "--nworkers 4" in worker
    assert "--nthreads 1 " in worker


def test_a_job_that_is_not_described_says_what_is_missing():
    pytest.importorskip("dask_jobqueue")
    with pytest.raises(UserError, match=r"cores and memory\. Give them as job options"):
        job_script(parse_cluster("slurm", ("queue=long",)))
    with pytest.raises(UserError, match="Only SLURM starts jobs"):
        job_script(parse_cluster("local"))


def test_without_dask_a_sentence_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UserError, match=r'pip install "unet-desktop\[cluster\]"'):
        Connection(parse_cluster("local"))


def test_an_address_where_nobody_answers_is_said(monkeypatch, caplog):
    monkeypatch.setattr(cluster, "_SECONDS_TO_CONNECT", 1)
    with (
        caplog.at_level(logging.CRITICAL),
        pytest.raises(UserError, match=r"The scheduler at tcp://127.0.0.1:9 does not"),
    ):
        Connection(parse_cluster("tcp://127.0.0.1:9"))


class Scheduler:
    """Stands in for a client with two threads: does the oldest work first, and lets pictures kill their workers.

    Args:
        deadly: name to how many workers it kills; those beside it in work go down with the first.
        failures: that it allows before it says that a picture killed its workers.
    """

    def __init__(self, deadly=(), failures=0, threads=2):
        self.deadly, self.failures, self.threads = dict(deadly), failures, threads
        self.waiting, self.most, self.alone = [], 0, []

    def nthreads(self):
        if self.threads is None:
            raise OSError("Timed out trying to connect")
        return {"worker": self.threads} if self.threads else {}

    def submit(self, _function, _assignment, picture, *, key, pure):
        assert not pure
        future = SimpleNamespace(key=key, picture=picture, error=None, release=lambda: None)
        future.add_done_callback = lambda call: self._begin(future, call)
        future.result = lambda: self._result(future)
        return future

    def _begin(self, future, call):
        self.waiting.append((future, call))
        self.most = max(self.most, len(self.waiting))
        call(future)

    def _result(self, future):
        self.waiting = [entry for entry in self.waiting if entry[0] is not future]
        self.alone += [] if self.waiting else [future.picture.name]
        if self.deadly.get(future.picture.name, 0) > 0:
            self.deadly[future.picture.name] -= 1 + self.failures
            for beside, _ in self.waiting:
                beside.error = distributed.KilledWorker("key", None, self.failures)
            raise distributed.KilledWorker("key", None, self.failures)
        if future.error is not None:
            raise future.error
        return f"outcome of {future.picture.name}"


@pytest.fixture
def flight():
    """Function of a stand-in for a client to what is in work there."""

    def make(client, *, patient=False):
        connection = SimpleNamespace(client=client, patient=patient)
        return dask_engine._InFlight(connection, parse_cluster("tcp://host:8786"), None)

    return make


def pictures(count):
    return [Picture(Path(f"/in/{number}.jpg"), 0, f"{number}.jpg", str(number)) for number in range(count)]


def test_few_pictures_are_taken_before_they_are_needed(flight):
    client, taken = Scheduler(), []
    outcomes = flight(client).outcomes(taken.append(picture) or picture for picture in pictures(100))
    for number, (picture, outcome) in enumerate(outcomes, 1):
        assert outcome == f"outcome of {picture.name}"
        assert len(taken) - number < 2 * client.threads
    assert number == 100
    assert client.most == 2 * client.threads


@pytest.mark.parametrize("failures", [0, 3])
def test_a_picture_that_kills_its_workers_fails_and_takes_no_other_along(flight, failures):
    client = Scheduler({"3": 99}, failures)
    found = {picture.name: outcome for picture, outcome in flight(client).outcomes(pictures(12))}
    assert len(found) == 12
    problem = found.pop("3")
    assert isinstance(problem, Problem)
    assert problem.sentence.startswith("/in/3.jpg could not be segmented: ")
    assert all(outcome == f"outcome of {name}" for name, outcome in found.items())
    assert 99 - client.deadly["3"] == (3 if failures == 0 else 8)
    assert "3" in client.alone


def test_a_worker_that_is_lost_costs_no_picture(flight):
    client = Scheduler({"3": 1, "7": 2})
    outcomes = [outcome for _, outcome in flight(client).outcomes(pictures(12))]
    assert sorted(outcomes) == sorted(f"outcome of {number}" for number in range(12))


def test_a_scheduler_that_goes_ends_the_run_with_what_to_do(flight):
    client = Scheduler()
    outcomes = flight(client).outcomes(pictures(12))
    next(outcomes)
    for future, _ in client.waiting:
        future.error = CancelledError()
    with pytest.raises(UserError, match=r"The scheduler at tcp://host:8786 is gone\. Finished pictures are kept"):
        list(outcomes)
    with pytest.raises(UserError, match="is gone"):
        next(flight(Scheduler(threads=None)).outcomes(pictures(1)))


def test_a_worker_that_cannot_do_the_work_ends_the_run_with_the_reason(flight):
    for error, sentence in ((UserError("another model"), "another model"), (ImportError("no unet"), "same version")):
        client = Scheduler()
        outcomes = flight(client).outcomes(pictures(12))
        next(outcomes)
        for future, _ in client.waiting:
            future.error = error
        with pytest.raises(UserError, match=sentence):
            list(outcomes)


def test_a_run_whose_jobs_wait_in_a_queue_can_be_stopped(flight, monkeypatch):
    monkeypatch.setattr(dask_engine, "_STOPPED_WITHIN", 0.01)
    client = Scheduler(threads=0)
    released = []

    def wait(future, call):
        future.release = lambda: released.append(future.picture.name)

    client._begin = wait
    queued = flight(client, patient=True)
    outcomes = queued.outcomes(pictures(3))
    assert [next(outcomes) for _ in range(3)] == [None] * 3
    outcomes.close()
    queued.abandon()
    assert released == ["0", "1"]


def test_a_cluster_that_stays_without_workers_is_said(flight, monkeypatch):
    monkeypatch.setattr(dask_engine, "_LOOK_AFTER", 0.01)
    monkeypatch.setattr(dask_engine, "_SECONDS_WITHOUT_WORKERS", 0.05)
    client = Scheduler(threads=0)
    client._begin = lambda future, call: client.waiting.append((future, call))
    with pytest.raises(UserError, match="has had no workers for 0 s"):
        list(flight(client).outcomes(pictures(3)))
