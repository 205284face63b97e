"""Measure what adapting a model to a folder without masks is worth, on its own camera and on the folder's.

    python benchmarks/adapt.py ../shared/data --model base.safetensors --fold 0 [--sets refuge_whole_field]

Makes a project of Drishti-GS1's 50 photographs with the fold's ten as validation cases and the model as model-001,
adapts it to the pictures of each set as `unet-desktop adapt` does, and measures before and after on the set's masks,
which adapting never sees. The model must have been trained by `benchmarks/drishti.py --fold K --out FILE`. "Own camera"
is the ten validation photographs, which also decide whether the model is saved. `--pseudo-masks` measures only the
masks that the model would learn from, without training.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
from cameras import DRISHTI, FOLDS, SETS, measure_set, truths

from unet_desktop.engine.inference.pseudo_mask import make_pseudo_mask
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.images.read import read_image
from unet_desktop.labels import DISC_AND_CUP, NOT_ANNOTATED
from unet_desktop.masks.compare import compare_masks, mean_metrics
from unet_desktop.project.project import Project
from unet_desktop.project.split import write_split
from unet_desktop.tasks.adapt.pictures import describe_doubt, measure_known
from unet_desktop.tasks.adapt.run import adapt_project
from unet_desktop.tasks.events import AdaptationDone, ItemDone
from unet_desktop.tasks.train import make_samples


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as name:
        project = _make_project(Path(name) / "project", arguments.data, arguments.fold, arguments.model)
        for set_name in arguments.sets:
            if arguments.pseudo_masks:
                _measure_pseudo_masks(project, arguments.data, set_name)
            else:
                _adapt(project, arguments.data, set_name)


def _make_project(root: Path, data: Path, fold: int, model: Path) -> Project:
    project = Project.create(root, DISC_AND_CUP)
    parts = {}
    for number, (image, truth) in enumerate(truths(data, DRISHTI)):
        case = project.add_image(image, copy=False)
        project.save_mask(case.id, truth)
        parts[case.own_group] = "validation" if number % FOLDS == fold else "train"
    write_split(project.layout.split, parts)
    shutil.copy(model, project.layout.model("model-001"))
    return project


def _adapt(project: Project, data: Path, name: str) -> None:
    cases = list(truths(data, name))
    measure_set(Segmenter.open(project.layout.model("model-001"), "cpu"), name, cases)
    began, spent = time.perf_counter(), time.process_time()
    made = ""
    for event in adapt_project(project.root, data / name / "images", model="model-001", device="cpu"):
        if isinstance(event, ItemDone) and event.problem:
            print(f"  {event.problem}")
        elif isinstance(event, AdaptationDone):
            made = event.model
            print("  " + "\n  ".join(event.sentences))
    print(f"  {time.perf_counter() - began:.0f} s, {time.process_time() - spent:.0f} s of CPU")
    if made:
        measure_set(Segmenter.open(project.layout.model(made), "cpu"), name, cases)


def _measure_pseudo_masks(project: Project, data: Path, name: str) -> None:
    segmenter = Segmenter.open(project.layout.model("model-001"), "cpu")
    train = [case for case in project.cases() if not case.damage]
    known = measure_known(segmenter, make_samples(project, train))
    generator = np.random.default_rng(0)
    plain, views, sure, left_out = [], [], [], 0
    for path, truth in truths(data, name):
        pixels = read_image(path).pixels
        made = make_pseudo_mask(segmenter, pixels, known.colours, generator)
        if made is None or describe_doubt(path, made, DISC_AND_CUP):
            left_out += 1
            continue
        plain.append(compare_masks(segmenter.segment(pixels).mask, truth, DISC_AND_CUP))
        views.append(compare_masks(made.whole, truth, DISC_AND_CUP))
        hidden = np.where(made.mask == NOT_ANNOTATED, np.uint8(NOT_ANNOTATED), truth)
        sure.append(compare_masks(made.whole, hidden, DISC_AND_CUP))
    print(f"{name}: {len(plain)} pictures, {left_out} left out")
    for title, metrics in (("one look", plain), ("views", views), ("views, where sure", sure)):
        means = mean_metrics(metrics)
        print(f"  {title:18s} disc {means['dice/optic disc']:.4f} cup {means['dice/optic cup']:.4f}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds the sets")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--fold", type=int, default=0, choices=range(FOLDS))
    parser.add_argument("--sets", nargs="*", default=["refuge_whole_field", "refuge_disc_crops"], choices=SETS)
    parser.add_argument("--pseudo-masks", action="store_true", help="do not train")
    return parser.parse_args()


if __name__ == "__main__":
    main()
