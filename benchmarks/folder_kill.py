"""Kill a run over a folder repeatedly and check that it ends with the same files as an undisturbed run.

    python benchmarks/folder_kill.py PICTURES --model MODEL --times 5

`unet-desktop segment` runs once undisturbed. Then the same command, with another output folder, is killed with -9 at
random moments, every other time while it writes a file, and started again until it completes. All files must be equal
byte for byte, except for the seconds in the table, and no half-written file may be left. Exit code 0 if so.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from unet_desktop.files import TEMPORARY_SUFFIX
from unet_desktop.tasks.folders.ledger import NAME, Ledger
from unet_desktop.tasks.folders.written_files import RECORD

OUTPUTS = ("--overlays", "--regions", "--probabilities", "8", "--contours", "geojson")
"""More than masks, so that more files can be torn."""


def command(arguments: argparse.Namespace, output: Path) -> list[str]:
    """The run as a user would start it."""
    words = [
        sys.executable,
        "-m",
        "unet_desktop",
        "segment",
        str(arguments.pictures),
        "--recursive",
        *arguments.outputs,
    ]
    return [*words, "--model", str(arguments.model), "--out", str(output)]


def entries_of(output: Path) -> int:
    """Number of pictures in the ledger."""
    ledger = Ledger(output / NAME)
    ledger.close()
    return len(ledger)


def contents(output: Path) -> dict[str, str]:
    """Each file's path and a hash of its content; the table without seconds, and without the ledger."""
    found = {}
    for path in sorted(path for path in output.rglob("*") if path.is_file() and path.name not in {NAME, RECORD}):
        data = path.read_bytes()
        if path.suffix == ".csv":
            rows = csv.DictReader(data.decode().splitlines())
            data = repr([{**row, "seconds": ""} for row in rows]).encode()
        found[path.relative_to(output).as_posix()] = hashlib.sha256(data).hexdigest()
    return found


def is_writing(output: Path) -> bool:
    """Whether there is a half-written file."""
    return any(output.rglob(f".*{TEMPORARY_SUFFIX}"))


def killed(arguments: argparse.Namespace, output: Path, random: np.random.Generator, *, writing: bool) -> str:
    """Start a run, kill it at a random moment or while it next writes, and describe how far it got."""
    before = entries_of(output)
    process = subprocess.Popen(command(arguments, output), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    wanted = before + int(random.integers(0, arguments.stretch + 1))
    while process.poll() is None and entries_of(output) < wanted:
        time.sleep(0.005)
    time.sleep(float(random.uniform(0, arguments.delay)))
    while writing and process.poll() is None and not is_writing(output):
        pass
    process.kill()
    code = process.wait()
    halves = len(list(output.rglob(f".*{TEMPORARY_SUFFIX}")))
    torn = (output / NAME).exists() and not (output / NAME).read_bytes().endswith(b"\n")
    return (
        f"{'killed' if code == -9 else f'ended with {code}'} after {entries_of(output) - before} more pictures, "
        f"{entries_of(output)} in all; it left {halves} half-written files{', a torn ledger' if torn else ''}"
    )


def main() -> int:
    """Run and compare."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--times", type=int, default=5, help="number of kills")
    parser.add_argument("--stretch", type=int, default=10, help="at most this many pictures between two kills")
    parser.add_argument("--delay", type=float, default=0.3, help="at most this many seconds from a picture to the kill")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--outputs", nargs="*", default=OUTPUTS, help="outputs, as flags of `segment`")
    arguments = parser.parse_args()
    random = np.random.default_rng(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        whole, torn = Path(folder) / "whole", Path(folder) / "torn"
        code = subprocess.run(command(arguments, whole), check=False).returncode
        torn.mkdir()
        for number in range(1, arguments.times + 1):
            print(f"{number}: {killed(arguments, torn, random, writing=number % 2 == 0)}")
        again = subprocess.run(command(arguments, torn), check=False).returncode
        expected, found = contents(whole), contents(torn)
    different = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    print(f"Exit codes {code} and {again}; {len(expected)} files, of which {len(different)} differ.")
    for name in different[:20]:
        print(f"  {name}")
    return 0 if (not different and code == again and expected) else 1


if __name__ == "__main__":
    sys.exit(main())
