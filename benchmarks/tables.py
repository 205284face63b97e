"""Tables of many rows: memory and processor time.

    python benchmarks/tables.py parquet 10000 1000000

A folder run's columns for disc and cup, filled with made-up values; each table in a process of its own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.tasks.folders.columns import Column, Kind, Row, columns
from unet_desktop.tasks.folders.table_files import KINDS, write_table_files

COLUMNS = columns(DISC_AND_CUP)


def cell(column: Column, number: int) -> object:
    """What could stand there; no file says how large its pixels are."""
    match column.kind:
        case Kind.TEXT:
            return f"folder/eye_{number}.jpg"
        case Kind.WHOLE:
            return number % 1000
        case Kind.NUMBER:
            return None if column.unit.startswith("mm") else number / 7
    return bool(number & 1)


def rows(count: int) -> Iterator[Row]:
    """As many rows, one at a time."""
    return ({column.name: cell(column, number) for column in COLUMNS} for number in range(count))


def measure(kind: str, count: int) -> None:
    """Write one table and print what it took; in a process of its own, whose peak of memory is that of this table."""
    started = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        (path,) = write_table_files(Path(folder) / "table", [kind], COLUMNS, lambda: rows(count))
        size = path.stat().st_size / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = time.process_time() - started
    print(f"{kind}: {count:,} rows, {len(COLUMNS)} columns, {size:.1f} MB, {seconds:.1f} s CPU, peak {peak:.0f} MB")


def main() -> None:
    """One table after another."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("rows", type=int, nargs="+")
    chosen = parser.parse_args()
    for count in chosen.rows:
        process = multiprocessing.get_context("spawn").Process(target=measure, args=(chosen.kind, count))
        process.start()
        process.join()


if __name__ == "__main__":
    main()
