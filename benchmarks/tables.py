"""Measure memory and processor time of writing large tables.

    python benchmarks/tables.py parquet 10000 1000000

Uses a folder run's columns for disc and cup with made-up values; each table is written in a separate process.
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
    """A plausible value; the size of a pixel is left unknown."""
    match column.kind:
        case Kind.TEXT:
            return f"folder/eye_{number}.jpg"
        case Kind.WHOLE:
            return number % 1000
        case Kind.NUMBER:
            return None if column.unit.startswith("mm") else number / 7
    return bool(number & 1)


def rows(count: int) -> Iterator[Row]:
    """Yield this many rows."""
    return ({column.name: cell(column, number) for column in COLUMNS} for number in range(count))


def measure(kind: str, count: int) -> None:
    """Write one table and print its cost; run in a separate process, so that peak memory is the table's."""
    started = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        (path,) = write_table_files(Path(folder) / "table", [kind], COLUMNS, lambda: rows(count))
        size = path.stat().st_size / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = time.process_time() - started
    print(f"{kind}: {count:,} rows, {len(COLUMNS)} columns, {size:.1f} MB, {seconds:.1f} s CPU, peak {peak:.0f} MB")


def main() -> None:
    """Write one table after another."""
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
