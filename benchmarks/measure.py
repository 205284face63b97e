"""Measure the process time of updating the measurements while painting a mask.

    python benchmarks/measure.py [--window]

A 4288x2848 mask with a disc of 1,200 pixels, painted with a brush of 120. Prints the cost of handing
pixels over after 1 and 4 brush events (all that the window's thread does), of the update that follows, of one after
redrawing a shape of the disc's size, of the work between gestures, and of opening a case: median and 95th percentile of
process time, which other programs hardly affect. With
--window, paints in a real window off screen for some seconds with 125 mouse events a second, and prints how often the
Measure panel was updated; other programs slow that down.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from unet_desktop.images.box import Box
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.measure import measure_mask
from unet_desktop.masks.measurement_tracker import MeasurementTracker
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.masks.paint_tables import paint_table
from unet_desktop.masks.regions import Mask
from unet_desktop.masks.stroke import Stroke
from unet_desktop.project.project import Project

HEIGHT, WIDTH = 2848, 4288
DISC, CUP, BRUSH = 1200, 700, 120


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--window", action="store_true", help="count the updates of a window instead")
    arguments = parser.parse_args()
    if arguments.window:
        count_updates()
        return
    times = arguments.times
    mask = disc_and_cup()
    tally = MeasurementTracker(mask, DISC_AND_CUP)
    tally.measure()
    disc = DISC_AND_CUP.labels[0]
    stroke = Stroke(mask, paint_table(DISC_AND_CUP, disc), BRUSH / 2, "")
    path = list(rim_path(5 * times))
    report("opening a case", [seconds(lambda: measure_mask(mask, DISC_AND_CUP)) for _ in range(10)])
    for events in (1, 4):
        copies, updates = [], []
        for at in range(times):
            changed = Box(0, 0, 0, 0)
            for point in path[at * events : (at + 1) * events]:
                changed = changed.union(stroke.extend(*point))
            copies.append(seconds(lambda changed=changed: mask[changed.slices].copy()))
            updates.append(seconds(lambda changed=changed: update(tally, mask, changed)))
        report(f"handing over {events} brush event{'s' if events > 1 else ''}", copies)
        report(f"update after {events} brush event{'s' if events > 1 else ''}", updates)
    middle = Box(HEIGHT // 2 - 650, WIDTH // 2 - 650, HEIGHT // 2 + 650, WIDTH // 2 + 650)
    updates = []
    for at in range(times):
        mask[middle.slices] = np.roll(mask[middle.slices], 1 if at % 2 else -1, 0)
        updates.append(seconds(lambda: update(tally, mask, middle)))
    report("update after a shape of the disc's size", updates)
    pieces = []
    for at in range(times):
        mask[HEIGHT // 2, WIDTH // 2 + at] = 0
        tally.update(middle, mask[middle.slices])
        pieces.append(seconds(tally.labels_in_pieces))
    report("between gestures: count the pieces", pieces)


def update(tally: MeasurementTracker, mask: Mask, box: Box) -> None:
    """Take over the pixels of a box and measure."""
    tally.update(box, mask[box.slices])
    tally.measure()


def disc_and_cup() -> Mask:
    """(HEIGHT, WIDTH) uint8."""
    rows, columns = np.ogrid[:HEIGHT, :WIDTH]
    distance = (rows - HEIGHT / 2) ** 2 + (columns - WIDTH / 2) ** 2
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[distance < (DISC / 2) ** 2] = 1
    mask[distance < (CUP / 2) ** 2] = 2
    return mask


def rim_path(count: int) -> list[tuple[float, float]]:
    """Points along the disc's edge, 5 pixels apart."""
    angles = np.arange(count) * 10 / DISC
    return [(WIDTH / 2 + DISC / 2 * np.cos(angle), HEIGHT / 2 + DISC / 2 * np.sin(angle)) for angle in angles]


def seconds(call: Callable[[], object]) -> float:
    """Process time of a call."""
    began = time.process_time()
    call()
    return time.process_time() - began


def count_updates(seconds_long: float = 3.0, events_a_second: float = 125.0) -> None:
    """Paint along the disc's edge in a real window, and print the number of updates."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(HOME=folder, XDG_CONFIG_HOME=folder, XDG_STATE_HOME=folder)
        from PySide6.QtCore import QEvent, QPointF, Qt
        from PySide6.QtGui import QMouseEvent
        from PySide6.QtWidgets import QApplication

        from unet_desktop.gui import app

        root = make_project(Path(folder))
        window = app.make_window(app.make_application())
        window.resize(1600, 1000)
        window.show()
        window.commands.projects.open_root(root)
        window.commands.view.zoom_mask()
        window.app.options.set_diameter(BRUSH)
        updates: list[float] = []
        window.app.live_measurement.measured.connect(lambda: updates.append(time.monotonic()))
        kinds = [QEvent.Type.MouseButtonPress, *[QEvent.Type.MouseMove] * round(seconds_long * events_a_second)]
        began = time.monotonic()
        for number, (kind, place) in enumerate(zip(kinds, rim_path(len(kinds)), strict=True)):
            point = QPointF(*window.canvas.viewport.to_view(*place))
            button = Qt.MouseButton.LeftButton
            event = QMouseEvent(kind, point, point, button, button, Qt.KeyboardModifier.NoModifier)
            QApplication.sendEvent(window.canvas, event)
            while time.monotonic() < began + (number + 1) / events_a_second:
                QApplication.processEvents()
                time.sleep(0.0005)
        lasted = time.monotonic() - began
        print(f"{len(kinds) / lasted:.0f} mouse events and {len(updates) / lasted:.1f} updates a second")
        window.app.editor.cancel()
        window.close()


def make_project(folder: Path) -> Path:
    """Make a project of one grey photograph with the mask."""
    project = Project.create(folder / "project", DISC_AND_CUP)
    write_jpeg(folder / "photograph.jpg", np.full((HEIGHT, WIDTH, 3), 90, np.uint8))
    case = project.add_image(folder / "photograph.jpg")
    project.save_mask(case.id, disc_and_cup())
    return project.root


def report(what: str, durations: list[float]) -> None:
    """Print one line."""
    median, most = 1000 * np.percentile(durations, [50, 95])
    print(f"{what:42s} median {median:7.3f} ms   95 % under {most:7.3f} ms   n {len(durations)}")


if __name__ == "__main__":
    main()
