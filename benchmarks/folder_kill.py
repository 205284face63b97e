"""Kill a run over a folder, again and again, and look whether what it comes to is what one run comes to.

    python benchmarks/folder_kill.py PICTURES --model MODEL --times 5

The terminal's own command segments the pictures once undisturbed. Then the same command, with another output folder,
is killed with -9 at random moments, every other time while it writes a file, and started again, until it ends by
itself. All files have to be equal byte for byte, the table apart from its seconds, and no half-written file may lie
about. Exit code 0 when it is so.
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

OUTPUTS = ("--overlays", "--regions", "--probabilities", "8", "--contours", "geojson")
"""More than masks alone, so that there is more to be torn."""


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
    """How many pictures the ledger knows."""
    ledger = Ledger(output / NAME)
    ledger.close()
    return len(ledger)


def contents(output: Path) -> dict[str, str]:
    """Each file's place and what is in it, as a hash; the table without its seconds; not the ledger itself."""
    found = {}
    for path in sorted(path for path in output.rglob("*") if path.is_file() and path.name != NAME):
        data = path.read_bytes()
        if path.suffix == ".csv":
            rows = csv.DictReader(data.decode().splitlines())
            data = repr([{**row, "seconds": ""} for row in rows]).encode()
        found[path.relative_to(output).as_posix()] = hashlib.sha256(data).hexdigest()
    return found


def is_writing(output: Path) -> bool:
    """Is there a file that is not whole yet?"""
    return any(output.rglob(f".*{TEMPORARY_SUFFIX}"))


def killed(arguments: argparse.Namespace, output: Path, random: np.random.Generator, *, writing: bool) -> str:
    """Start a run, kill it at a random moment, or at the next one when it writes, and say how far it was."""
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
    parser.add_argument("--times", type=int, default=5, help="how often it is killed")
    parser.add_argument("--stretch", type=int, default=10, help="at most so many pictures between two kills")
    parser.add_argument("--delay", type=float, default=0.3, help="seconds at most from a picture to the kill")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--outputs", nargs="*", default=OUTPUTS, help="what is written, as flags of `segment`")
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
