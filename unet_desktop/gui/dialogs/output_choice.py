"""OutputChoice: what a folder run writes, as check boxes."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QWidget

from unet_desktop.errors import UserError
from unet_desktop.gui.named import named
from unet_desktop.tasks.folders.outputs import Outputs

_GROUPS: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "Masks",
        (
            ("masks", "In one file", "An indexed PNG a picture, in the labels' colours"),
            ("regions", "A file a region", "A black and white PNG for each region"),
            ("probabilities", "Probability maps", "A grey PNG for each region: how probable it is at each pixel"),
        ),
    ),
    (
        "Pictures",
        (("overlays", "With outlines", "A JPEG of each picture with the outlines drawn in"),),
    ),
    (
        "Contours",
        (
            ("geojson", "GeoJSON", "A file a picture, for QGIS, QuPath and others"),
            ("coco", "COCO", "One file for all pictures, for training other programs"),
            ("labelme", "labelme", "A file a picture that labelme opens"),
        ),
    ),
    (
        "Tables",
        (
            ("csv", "CSV", "Opens in any spreadsheet"),
            ("xlsx", "Excel", ""),
            ("parquet", "Parquet", "For Python, R and other statistics programs"),
        ),
    ),
    (
        "Report",
        (
            ("html", "Web page", "One file that opens in any browser, without a network"),
            ("pdf", "PDF", ""),
        ),
    ),
)
_EXTRAS = {"xlsx": ("xlsxwriter", "tables"), "parquet": ("pyarrow", "tables"), "pdf": ("reportlab", "report")}
"""Output to the package that it needs and the extra that brings it."""

_START = Outputs(overlays=True, reports=("html",))
"""What is ticked the first time."""


class OutputChoice(QWidget):
    """A row of check boxes for each kind of output.

    Signals:
        outputs_changed: others are ticked.
    """

    outputs_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """With masks, pictures with outlines, a table and a report."""
        super().__init__(parent)
        self._boxes: dict[str, QCheckBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(6)
        grid.setHorizontalSpacing(14)
        for row, (title, outputs) in enumerate(_GROUPS):
            heading = QLabel(title)
            heading.setProperty("role", "muted")
            grid.addWidget(heading, row, 0)
            for column, (name, text, tip) in enumerate(outputs, 1):
                grid.addWidget(self._box(name, text, tip), row, column)
        grid.setColumnStretch(4, 1)
        self.set_outputs(_START)

    def set_outputs(self, outputs: Outputs) -> None:
        """Tick what these are."""
        wanted = set(_ticked(outputs))
        for name, box in self._boxes.items():
            box.setChecked(name in wanted and box.isEnabled())

    def outputs(self) -> Outputs:
        """What is ticked.

        Raises:
            UserError: nothing is.
        """
        on = {name for name, box in self._boxes.items() if box.isChecked()}
        return Outputs(
            masks="masks" in on,
            regions="regions" in on,
            probabilities="8" if "probabilities" in on else "none",
            overlays="overlays" in on,
            contours=frozenset(on & {"geojson", "coco", "labelme"}),
            tables=tuple(kind for kind in ("csv", "parquet", "xlsx") if kind in on),
            reports=tuple(kind for kind in ("html", "pdf") if kind in on),
        )

    def problem(self) -> str:
        """Why that is no choice, as a sentence; empty when it is one."""
        try:
            self.outputs()
        except UserError:
            return "Tick at least one thing to write."
        return ""

    def _box(self, name: str, text: str, tip: str) -> QCheckBox:
        box = named(QCheckBox(text), f"output_{name}")
        package, extra = _EXTRAS.get(name, ("", ""))
        if package and find_spec(package) is None:
            box.setEnabled(False)
            tip = f'This needs more than is installed here: pip install "unet-desktop[{extra}]"'
        box.setToolTip(tip)
        box.toggled.connect(self.outputs_changed)
        self._boxes[name] = box
        return box


def _ticked(outputs: Outputs) -> Iterator[str]:
    yield from (name for name in ("masks", "regions", "overlays") if getattr(outputs, name))
    if outputs.probabilities != "none":
        yield "probabilities"
    yield from (*outputs.contours, *outputs.tables, *outputs.reports)
