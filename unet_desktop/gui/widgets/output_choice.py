"""OutputChoice: what a folder run or an export writes, as check boxes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from importlib.util import find_spec

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QWidget

from unet_desktop.errors import UserError
from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.tasks.folders.outputs import Identifiers, Outputs

_GROUPS: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "Masks",
        (
            ("masks", "Indexed masks", "One indexed PNG per picture, in the labels' colours"),
            ("regions", "One file per region", "A black and white PNG for each region"),
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
            ("geojson", "GeoJSON", "One file per picture, for QGIS, QuPath and others"),
            ("coco", "COCO", "One file for all pictures, for training other programs"),
            ("labelme", "labelme", "One file per picture, for labelme"),
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
            ("html", "Web page", "One file that opens in any browser, even offline"),
            ("pdf", "PDF", ""),
        ),
    ),
    (
        "DICOM",
        (("dicom_seg", "Segmentations", "A DICOM segmentation for each DICOM photograph"),),
    ),
)
_OF_PEOPLE: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "Training",
        (
            ("nnunet", "nnU-Net", "Pictures, label images, dataset.json and the split, as nnU-Net reads them"),
            ("folder", "Plain folder", "Pictures and masks for PyTorch and TensorFlow, with the project's split"),
            ("rootpainter", "RootPainter", "Pictures and annotations, a project for each label"),
        ),
    ),
)
_PICTURES = ("pictures", "As they are", "The pixels of each picture as PNG, without what else its file holds")
_MORE = frozenset({"pictures", "nnunet", "folder", "rootpainter"})
"""What only an export of people's masks writes."""
_IDENTIFIERS: tuple[tuple[Identifiers, str, str], ...] = (
    ("omit", "No patients in the table", "The table does not identify patients"),
    (
        "hash",
        "Patients as hashes",
        "The same patient always gets the same hash; it cannot be traced back without your secret key",
    ),
    (
        "keep",
        "Patients and studies",
        "Patient ID, study and eye, as stated in the DICOM files; DICOM segmentations include them too",
    ),
)
_IN_SEGMENTATIONS: tuple[tuple[Identifiers, str, str], ...] = (
    ("omit", "No patients in them", "The segmentations refer to the photograph and name nobody"),
    ("keep", "Patients in them", "The segmentations name patient and study as the photograph does"),
)
_DIALECTS: tuple[tuple[str, str, str], ...] = (
    ("plain", "Commas, decimal points", "For programs, and for spreadsheets where decimals follow a point"),
    (
        "excel",
        "Commas, decimal points, for Excel",
        "For Excel where decimals follow a point; an apostrophe keeps identifiers such as 007 or 3-4 as text",
    ),
    (
        "excel-eu",
        "Semicolons, decimal commas, for Excel",
        "For Excel where decimals follow a comma; an apostrophe keeps identifiers such as 007 or 3-4 as text",
    ),
)
_EXTRAS = {
    "xlsx": ("xlsxwriter", "tables"),
    "parquet": ("pyarrow", "tables"),
    "html": ("matplotlib", "report"),
    "pdf": ("svglib", "report"),
    "dicom_seg": ("highdicom", "dicom"),
}
"""Output to the package that it needs and the extra that brings it."""

_START = Outputs(overlays=True, reports=("html",))
"""What is ticked the first time."""


class OutputChoice(QWidget):
    """A row of check boxes for each kind of output, and for what to do with patients' identifiers.

    Signals:
        outputs_changed: the user chose others.
    """

    outputs_changed = Signal()

    def __init__(self, parent: QWidget | None = None, *, of_people: bool = False) -> None:
        """Tick masks, pictures with outlines, a table and a report.

        Args:
            parent: the widget it is in.
            of_people: people made the masks, so there are no probabilities, and the table names patients as the
                project does.
        """
        super().__init__(parent)
        self._boxes: dict[str, QCheckBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(6)
        grid.setHorizontalSpacing(14)
        self._dialects = self._choice("csv_dialect", "Form of CSV files", _DIALECTS)
        self._identifiers = self._choice("identifiers", "Patients in the table", _IDENTIFIERS)
        self._identifiers.setToolTip("How the table identifies the patient named in a DICOM file")
        self._dialects.setToolTip("How CSV files separate cells and decimals")
        for title, outputs in (*_GROUPS, *_OF_PEOPLE) if of_people else _GROUPS:
            row = grid.rowCount()
            outputs = (*outputs, _PICTURES) if of_people and title == "Pictures" else outputs
            grid.addWidget(_heading(title), row, 0)
            for column, (name, text, tip) in enumerate(outputs, 1):
                grid.addWidget(self._box(name, text, tip), row, column)
            if title == "Tables":
                grid.addWidget(_heading("CSV"), row + 1, 0)
                grid.addWidget(self._dialects, row + 1, 1, 1, 3)
            if title == "DICOM":
                grid.addWidget(self._identifiers, row, 2, 1, 2)
        if of_people:
            self._boxes["probabilities"].hide()
            self._show_identifiers(_IN_SEGMENTATIONS)
        grid.setColumnStretch(4, 1)
        self.set_outputs(_START)

    def set_outputs(self, outputs: Outputs) -> None:
        """Tick these."""
        wanted = set(_ticked_outputs(outputs))
        for name in self._boxes.keys() - _MORE:
            self._boxes[name].setChecked(name in wanted and self._boxes[name].isEnabled())
        self._identifiers.setCurrentIndex(self._identifiers.findData(outputs.identifiers))
        self._dialects.setCurrentIndex(max(self._dialects.findData(outputs.csv_dialect), 0))

    def outputs(self) -> Outputs:
        """The ticked outputs.

        Raises:
            UserError: none is ticked.
        """
        on = self._ticked
        if self.more and not on - _MORE:  # training sets alone are enough to write
            return Outputs(masks=False, tables=("csv",), identifiers=self._identifiers.currentData())
        return Outputs(
            masks="masks" in on,
            regions="regions" in on,
            probabilities="8" if "probabilities" in on else "none",
            overlays="overlays" in on,
            dicom_seg="dicom_seg" in on,
            identifiers=self._identifiers.currentData(),
            csv_dialect=self._dialects.currentData(),
            contours=frozenset(on & {"geojson", "coco", "labelme"}),
            tables=tuple(kind for kind in ("csv", "parquet", "xlsx") if kind in on),
            reports=tuple(kind for kind in ("html", "pdf") if kind in on),
        )

    @property
    def more(self) -> tuple[str, ...]:
        """What is ticked of pictures and training sets."""
        return tuple(name for name in self._boxes if name in self._ticked & _MORE)

    def set_more(self, names: Collection[str]) -> None:
        """Tick these of pictures and training sets."""
        for name in _MORE & self._boxes.keys():
            self._boxes[name].setChecked(name in names)

    @property
    def _ticked(self) -> set[str]:
        return {name for name, box in self._boxes.items() if box.isChecked()}

    def problem(self) -> str:
        """What is wrong with the choice, as a sentence; empty when nothing is."""
        try:
            self.outputs()
        except UserError:
            return "Tick at least one thing to write."
        return ""

    def _show_identifiers(self, choices: Sequence[tuple[str, str, str]]) -> None:
        self._identifiers.clear()
        for row, (value, text, tip) in enumerate(choices):
            self._identifiers.addItem(text, value)
            self._identifiers.setItemData(row, tip, Qt.ItemDataRole.ToolTipRole)
        self._identifiers.setAccessibleName("Patients in DICOM segmentations")
        self._identifiers.setToolTip("Whether DICOM segmentations name the patient, as an archive needs it")

    def _choice(self, name: str, title: str, choices: Sequence[tuple[str, str, str]]) -> QComboBox:
        box = with_object_name(QComboBox(), name)
        box.setAccessibleName(title)
        for row, (value, text, tip) in enumerate(choices):
            box.addItem(text, value)
            box.setItemData(row, tip, Qt.ItemDataRole.ToolTipRole)
        box.currentIndexChanged.connect(self.outputs_changed)
        return box

    def _box(self, name: str, text: str, tip: str) -> QCheckBox:
        box = with_object_name(QCheckBox(text), f"output_{name}")
        package, extra = _EXTRAS.get(name, ("", ""))
        if package and find_spec(package) is None:
            box.setEnabled(False)
            tip = f'Not installed. To enable it: pip install "unet-desktop[{extra}]"'
        box.setToolTip(tip)
        box.toggled.connect(self.outputs_changed)
        self._boxes[name] = box
        return box


def _heading(text: str) -> QLabel:
    heading = PlainLabel(text)
    heading.setProperty("role", "muted")
    return heading


def _ticked_outputs(outputs: Outputs) -> Iterator[str]:
    yield from (name for name in ("masks", "regions", "overlays", "dicom_seg") if getattr(outputs, name))
    if outputs.probabilities != "none":
        yield "probabilities"
    yield from (*outputs.contours, *outputs.tables, *outputs.reports)
