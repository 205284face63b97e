"""A folder run that writes a file of every kind."""

from __future__ import annotations

from unet_desktop.tasks.folders.outputs import Outputs

EVERYTHING = Outputs(
    regions=True,
    probabilities="8",
    overlays=True,
    contours=frozenset({"geojson", "coco", "labelme"}),
    tables=("csv", "parquet", "xlsx"),
    reports=("html", "pdf"),
)
