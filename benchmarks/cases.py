"""Measure the real window with thousands of cases: opening, memory, filtering, sorting and scrolling.

    python benchmarks/cases.py --cases 10000

Makes a project in a temporary folder: one small picture that all cases refer to, one record per case, a mask for a
third of them, a prediction for another third, thumbnails as needed. Opening reads all records.
Memory is the resident size after opening and scrolling, less that of the window with an empty project.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PIL import Image
from PySide6.QtCore import QEventLoop, QTimer

from unet_desktop.gui import app
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.case_query import CaseFilter, CaseOrder, CaseQuery
from unet_desktop.project.project import Project


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=10_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder}
        empty, root = Path(folder) / "empty", Path(folder) / "project"
        _make(empty, 1)
        _make(root, arguments.cases)
        window = app.make_window(app.make_application())
        window.resize(1366, 768)
        window.show()
        _open(window, empty)
        _run(1000)
        before = _resident()
        print(f"open for the first time {_open(window, root):.2f} s")
        print(f"open again {statistics.median(_open(window, root) for _ in range(5)):.2f} s (median of 5)")
        _queries(window)
        _scroll(window)
        print(f"memory {(_resident() - before) >> 20} MB above a project of one case")
        window.close()


def _make(root: Path, count: int) -> None:
    """Write records and files as the program does, but without flushing each."""
    project = Project.create(root, DISC_AND_CUP)
    rows, columns = np.ogrid[:300, :400]
    distance = np.hypot(rows - 150, columns - 250)
    mask = (distance < 50).astype(np.uint8) + (distance < 25)
    picture = root.parent / "picture.jpg"
    Image.fromarray(np.repeat((250 - distance / 2).clip(0, 255).astype(np.uint8)[:, :, None], 3, 2)).save(picture)
    pattern = project.add_image(picture, copy=False)
    project.save_mask(pattern.id, mask)
    project.save_prediction(pattern.id, mask, model="f00d", confidence=0.5)
    chance, layout = np.random.default_rng(1), project.layout
    origin = json.loads(layout.prediction_record(pattern.id).read_text())
    for number in range(1, count):
        case_id = f"patient-{number // 2:05d}-{number:05d}"
        case = replace(pattern, id=case_id, patient=str(number // 2), vcdr=chance.random(), flagged=number % 10 == 0)
        layout.record(case_id).write_text(json.dumps(case.to_json(), indent=2))
        if number % 3 == 0:
            shutil.copyfile(layout.mask(pattern.id), layout.mask(case_id))
        elif number % 3 == 1:
            shutil.copyfile(layout.prediction(pattern.id), layout.prediction(case_id))
            record = origin | {"confidence": chance.random(), "vcdr": chance.random()}
            layout.prediction_record(case_id).write_text(json.dumps(record))


def _open(window: MainWindow, root: Path) -> float:
    """Open the project; return the seconds until the list and the first case are painted."""
    return _seconds(lambda: (window.commands.projects.open_root(root), window.repaint()))


def _queries(window: MainWindow) -> None:
    for name, query in (
        ("filter flagged", CaseQuery(filter=CaseFilter.FLAGGED)),
        ("filter corrected", CaseQuery(filter=CaseFilter.CORRECTED)),
        ("search 99", CaseQuery(words="99")),
        ("sort by date", CaseQuery(order=CaseOrder.CHANGED)),
        ("sort by uncertainty", CaseQuery(order=CaseOrder.UNCERTAIN)),
        ("sort by vCDR", CaseQuery(order=CaseOrder.VCDR)),
        ("all by name", CaseQuery()),
    ):
        took = _seconds(lambda query=query: (window.app.session.cases.set_query(query), window.repaint()))
        print(f"{name:20} {took * 1000:.0f} ms, painted; {len(window.app.session.cases.shown):,} shown")


def _scroll(window: MainWindow) -> None:
    """Scroll through the whole list page by page, painting each; thumbnails are made meanwhile."""
    rows = window.panels.cases._list
    bar = rows.verticalScrollBar()
    times = []
    for value in np.linspace(0, bar.maximum(), 300).astype(int):
        times.append(_seconds(lambda value=value: (bar.setValue(int(value)), rows.viewport().repaint())))
        _run(5)
    half, most = np.percentile(np.array(times) * 1000, (50, 99))
    print(
        f"scrolling: 50 % of the repaints under {half:.1f} ms, 99 % under {most:.1f} ms, worst {max(times) * 1000:.1f}"
    )


def _run(milliseconds: int) -> None:
    """Let the event loop run as in the program; `QTest.qWait` would keep Python's lock and starve the threads."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
