"""A project of cells: nothing that is written speaks of eyes, cameras or cup-to-disc ratios."""

from __future__ import annotations

import importlib.util
import re
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from unet_desktop.cli.main import main
from unet_desktop.labels import Label, LabelSet
from unet_desktop.project.project import Project
from unet_desktop.tasks.train import train_project

WORDS = re.compile(
    r"\b(eyes?|cameras?|retina\w*|fundus|optic|dis[ck]|cups?|cup-to-disc|vcdr|isnt|nasal|rim|ophthalm\w*|photographs?)\b",
    re.IGNORECASE,
)
MANY = LabelSet((Label(1, "cell", "#56b4e9"), Label(2, "nucleus", "#009e73", "cell")))
ONE_IN_ONE = LabelSet((Label(1, "cell", "#56b4e9", unique=True), Label(2, "nucleus", "#009e73", "cell", unique=True)))


def draw(seed):
    """(96, 120, 3) uint8 picture of a cell, and its mask."""
    rows, columns = np.mgrid[:96, :120]
    away = np.hypot(rows - 40 - 3 * seed, columns - 60)
    mask = np.select([away < 10, away < 25], [2, 1], 0).astype(np.uint8)
    noise = np.random.default_rng(seed).integers(0, 20, (96, 120, 3))
    return (np.array([[40, 40, 40], [110, 90, 150], [220, 200, 230]])[mask] + noise).astype(np.uint8), mask


@pytest.fixture
def cells(tmp_path, tiny, request):
    """A project of such cells with a model; the last cell is empty."""
    project = Project.create(tmp_path / "plate", request.param, name="plate")
    folder = tmp_path / "well"
    folder.mkdir()
    for seed in range(5):
        pixels, mask = draw(seed)
        Image.fromarray(pixels).save(folder / f"c{seed}.png")
        case = project.add_image(folder / f"c{seed}.png")
        project.save_mask(case.id, mask if seed < 4 else np.zeros_like(mask))
    list(train_project(project.root, replace(tiny, network="unet", width=4)))
    return project.root


def texts(folder):
    """Path and text of each text file below a folder, sheets of workbooks included."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".csv", ".json", ".jsonl", ".geojson", ".html", ".md"}:
            yield path, path.read_text("utf-8")
        elif path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as sheets:  # a theme has cameras that light its shapes
                for name in (name for name in sheets.namelist() if "theme" not in name):
                    yield path / name, sheets.read(name).decode("utf-8")
        elif path.suffix == ".parquet":
            yield path, str(importlib.import_module("pyarrow.parquet").read_schema(path))


def plain(text):
    """Without styles, scripts, embedded pictures and drawings."""
    return re.sub(r"(?s)<style.*?</style>|<script.*?</script>|data:[^\"')]+|<svg.*?</svg>", " ", text)


@pytest.mark.parametrize("cells", [MANY, ONE_IN_ONE], ids=["many", "one in one"], indirect=True)
def test_nothing_speaks_of_eyes(cells, tmp_path, capsys):
    out = tmp_path / "out"
    well = tmp_path / "well"
    tables = ",".join(["csv", *(kind for kind in ("xlsx", "parquet") if has(kind))])
    segment = ["segment", str(well), f"--model={cells}", f"--out={out}", "--report=html", "--regions", "--overlays"]
    assert main([*segment, "--probabilities=8", f"--table={tables}", "--contours=geojson,coco,labelme"]) == 0
    files = [f"--table={out}/e.csv", f"--summary={out}/e.json", f"--html={out}/e.html"]
    assert main(["evaluate", f"--project={cells}", str(out / "masks"), *files]) == 0
    assert main(["card", str(cells), f"--to={out}/card.md"]) == 0
    printed = capsys.readouterr()
    found = dict(texts(out))
    assert {path.name for path in found} >= {"measurements.csv", "report.html", "e.html", "e.json", "card.md"}
    for path, text in (*found.items(), ("terminal", printed.out + printed.err)):
        assert not WORDS.findall(plain(text)), path


def has(kind):
    return importlib.util.find_spec({"xlsx": "xlsxwriter", "parquet": "pyarrow"}[kind]) is not None
