"""`unet-desktop segment` as users see it: flags, exit codes, Ctrl+C."""

from __future__ import annotations

import csv
import io
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from unet_desktop.__main__ import main
from unet_desktop.files import TEMPORARY_SUFFIX
from unet_desktop.tasks.folders.ledger import NAME


@pytest.fixture
def terminal(capsys, small_model, tmp_path, segment):
    """Function of further words to exit code, standard output and error output of a run to `out`."""

    def call(*words):
        code = main(["segment", *map(str, words), "--model", str(small_model), "--out", str(tmp_path / "out")])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return call


def rows(out, name="measurements.csv"):
    return [row["image"] for row in csv.DictReader((out / name).read_text().splitlines())]


def test_all_is_segmented(terminal, photographs, tmp_path):
    code, out, _ = terminal(photographs, "-r", "--overlays")
    assert (code, f"Table: {tmp_path / 'out' / 'measurements.csv'}" in out) == (0, True)
    assert len(list((tmp_path / "out" / "overlays").rglob("*.jpg"))) == 5


def test_tables_in_another_dialect(terminal, photographs, tmp_path):
    assert terminal(photographs, "--csv-dialect", "semicolon+comma+bom")[0] == 0
    heading, *table = (tmp_path / "out" / "measurements.csv").read_text("utf-8-sig").splitlines()
    assert heading.startswith("image;mask;")
    assert len(table) == 3
    assert all("0," in line for line in table)


def test_a_long_name_fails_nothing_and_one_in_the_way_is_exit_code_1(terminal, photographs, write_picture, tmp_path):
    write_picture(photographs / f"{'x' * 251}.png", 7)
    assert terminal(photographs)[0] == 0
    (tmp_path / "out" / "masks" / "new.png").mkdir()
    write_picture(photographs / "new.png", 8)
    code, out, _ = terminal(photographs)
    assert (code, out.splitlines()[-1].split(";")[0]) == (1, "0 pictures segmented, 1 failed, 4 skipped")


def test_some_failed_now_or_before(terminal, photographs):
    (photographs / "bad.jpg").write_bytes(b"no picture")
    assert terminal(photographs)[0] == 1
    code, _, err = terminal(photographs)
    assert (code, "1 failed in an earlier run" in err) == (1, True)
    (photographs / "bad.jpg").unlink()
    assert terminal(photographs)[0] == 0


def test_the_last_line_says_what_came_of_all_pictures(terminal, photographs, tmp_path):
    (photographs / "bad.jpg").write_bytes(b"no picture")
    results = f"results in {tmp_path / 'out'}"
    for words, line in (
        (["-r", "--limit", "1"], "1 picture segmented, 0 failed, 5 skipped"),
        (["-r"], "4 pictures segmented, 1 failed, 1 skipped"),
        (["-r"], "0 pictures segmented, 0 failed, 6 skipped"),
    ):
        assert terminal(photographs, *words)[1].splitlines()[-1] == f"{line}; {results}"


def test_a_dry_run_lists_pictures(terminal, photographs, tmp_path):
    code, out, err = terminal(photographs, "--dry-run", "--exclude", "b*")
    assert (code, out.splitlines()) == (0, ["segment  a.png", "segment  c.png"])
    assert "2 would be segmented now" in err
    assert not (tmp_path / "out").exists()


def test_a_list_from_the_standard_input(terminal, photographs, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{photographs / 'sub' / 'd.png'}\n{photographs / 'a.png'}\n"))
    assert terminal("--list", "-", "--table", "none")[0] == 0
    assert sorted(path.name for path in (tmp_path / "out" / "masks").rglob("*.png")) == ["a.png", "d.png"]
    assert not (tmp_path / "out" / "measurements.csv").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "Give a folder of pictures"),
        (["--list", "gone.txt"], "gone.txt cannot be read"),
        ([".", "--include", "x*"], "patterns"),
        (["a.png", "--watch"], "Only folders can be watched"),
        (["a.png", "--cluster", "local", "--workers", "2"], "has no effect on a cluster"),
        ([".", "--table", "word"], '"word" is not a choice for table'),
        ([".", "--report", "html,doc"], '"doc" is not a choice for report'),
        ([".", "--probabilities", "32"], '"32" is not a choice for probabilities'),
        (
            [".", "--csv-dialect", "eu"],
            '"eu" is not a CSV dialect. Choose from: plain, excel, excel-eu; or compose one',
        ),
        ([".", "--csv-dialect", "comma+comma"], "A comma cannot separate both cells and decimals"),
        ([".", "--no-masks", "--table", "none"], "Nothing to write"),
        ([".", "--out", "results"], "is inside"),
        ([".", "--model", "a.png"], "is not a U-Net Desktop model"),
        ([".", "--model", "gone"], "gone"),
        ([".", "--model", "x" * 300], "is longer than the file system allows. Give a shorter one."),
        ([".", "--out", "../" + "x" * 300], "is longer than the file system allows. Give a shorter one."),
        (["x" * 300], "is longer than the file system allows. Give a shorter one."),
        (["--list", "x" * 300], "x cannot be read (File name too long)"),
    ],
)
def test_wrong_use_is_a_sentence_and_leaves_no_trace(
    capsys, photographs, small_model, tmp_path, monkeypatch, words, sentence
):
    monkeypatch.chdir(photographs)
    before = sorted(tmp_path.rglob("*"))
    code = main(["segment", "--model", str(small_model), "--out", "../out", *words])
    shown = capsys.readouterr()
    assert code == 2
    assert [line for line in shown.err.splitlines() if line.startswith("error: ") and sentence in line], shown.err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.fixture
def many(photographs):
    """A folder of many photographs; what is in them hardly matters."""
    for number in range(300):
        shutil.copyfile(photographs / "a.png", photographs / f"n{number}.png")
    return photographs


@pytest.fixture
def begun(many, small_model, tmp_path):
    """Function that starts a run in a process of its own and waits until it has done something."""
    started = []

    def start():
        command = [sys.executable, "-m", "unet_desktop", "segment", str(many), "--model", str(small_model)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen([*command, "--out", str(tmp_path / "out")], **pipes, text=True)
        started.append(process)
        ledger = tmp_path / "out" / NAME
        until = time.monotonic() + 120
        while not (ledger.exists() and ledger.stat().st_size):
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < until
            time.sleep(0.005)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals are another matter there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_the_run_end_with_its_table(begun, tmp_path, number, terminal, many):
    process = begun()
    process.send_signal(number)
    shown, err = process.communicate(timeout=60)
    out = tmp_path / "out"
    assert process.returncode == 1, err
    assert "Stopping after the current pictures" in err
    assert "Stopped. Everything done so far is kept." in err
    done = rows(out)
    assert 1 <= len(done) < 303
    assert f"{len(done)} picture" in shown.splitlines()[-1]
    assert len(list((out / "masks").glob("*.png"))) == len(done)
    assert not list(out.rglob(f"*{TEMPORARY_SUFFIX}"))
    were = "was" if len(done) == 1 else "were"
    assert f"{len(done)} of 303 pictures {were} finished" in terminal(many, "--limit", "1")[2]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals are another matter there")
def test_a_run_that_was_killed_goes_on(begun, tmp_path, terminal, many):
    process = begun()
    process.kill()
    process.wait()
    out = tmp_path / "out"
    code, _, err = terminal(many, "--limit", "3")
    were = "was" if "\n1 of" in f"\n{err}" else "were"
    assert (code, f"{were} finished by an earlier run" in err) == (0, True)
    assert len(rows(out)) >= 4
    assert not list(out.rglob(f"*{TEMPORARY_SUFFIX}"))
