"""Measure what corrections are worth and whether weighting them helps, on photographs new to a model.

    python benchmarks/corrections.py ../shared/data/drishti_gs1/Training [--idrid ../shared/data/idrid_optic_disc]

Trains on 20 Drishti-GS1 photographs (16 for training, 4 for validation), predicts new ones, "corrects" 5 of them (takes
the experts' masks; 4 for training, 1 for validation, as in a project's split), and trains the model further with and
without weights for corrected pixels and recent cases. The new ones are 10 more of Drishti (disc and cup), or with
--idrid 10 of another camera (disc only). Prints Dice on the other 5 new ones, Dice on photographs of the old camera
that took no part ("unseen"), and seconds.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from drishti import drishti_samples
from PIL import Image

from unet_desktop.engine.config import PRESETS, TrainConfig, fine_tuning_config
from unet_desktop.engine.data.dataset import Sample
from unet_desktop.engine.device.device import choose, describe
from unet_desktop.engine.events import Finished, StopPoint
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.engine.training.fit import fit
from unet_desktop.engine.training.validate import evaluate_end_to_end
from unet_desktop.images.read import read_image
from unet_desktop.labels import DISC_AND_CUP, LabelSet
from unet_desktop.masks.compare import Metrics, mean_metrics
from unet_desktop.masks.file import write_mask

DISC = LabelSet((DISC_AND_CUP.labels[0],))
TAUGHT, OLD, CORRECTED = 16, 20, 5


def main() -> None:
    arguments = _arguments()
    device = choose("cpu")
    print(describe(device))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        labels, old, new, unseen = _samples(arguments, folder)
        config = replace(PRESETS["fast"], image_size=arguments.size)
        base = arguments.base or folder / "base.safetensors"
        if not base.exists():
            _train(old[:TAUGHT], old[TAUGHT:OLD], labels, config, base, None)
        before = Segmenter.open(base, "cpu")
        rest, taken = new[CORRECTED:], [predict_sample(sample, before, labels, folder) for sample in new[:CORRECTED]]
        print("before:", _line(_dice(before, rest), _dice(before, unseen)), flush=True)
        for seed in range(arguments.seeds):
            for weight, draws in (
                (1.0, 1),
                (arguments.weight, 1),
                (1.0, arguments.draws),
                (arguments.weight, arguments.draws),
            ):
                chosen = replace(fine_tuning_config(config), seed=seed, correction_weight=weight, recent_draws=draws)
                target = folder / "next.safetensors"
                teach, judge = [*old[:TAUGHT], *taken[:-1]], [*old[TAUGHT:OLD], taken[-1]]
                done = _train(teach, judge, labels, chosen, target, base)
                after = Segmenter.open(target, "cpu")
                figures = _line(_dice(after, rest), _dice(after, unseen))
                print(f"seed {seed} weight {weight:g} draws {draws}: {figures}; {done.seconds:.0f} s", flush=True)


def _samples(arguments: argparse.Namespace, folder: Path) -> tuple[LabelSet, list[Sample], list[Sample], list[Sample]]:
    """Labels, old samples, new samples, and samples of the old camera that are never shown."""
    samples = drishti_samples(arguments.data, folder)
    if arguments.idrid is None:
        return DISC_AND_CUP, samples[:OLD], samples[OLD : OLD + 2 * CORRECTED], samples[OLD + 2 * CORRECTED :]
    for sample in samples:
        write_mask(sample.mask, np.minimum(np.asarray(Image.open(sample.mask)), 1), DISC)
    new = []
    for image in sorted((arguments.idrid / "images").glob("*.jpg")):
        drawn = np.asarray(Image.open(next((arguments.idrid / "masks").glob(f"{image.stem}*")))) > 0
        mask = folder / f"{image.stem}.png"
        write_mask(mask, drawn.astype(np.uint8), DISC)
        new.append(Sample(image.stem, image, mask))
    return DISC, samples[:OLD], new, samples[OLD : OLD + 10]


def predict_sample(sample: Sample, segmenter: Segmenter, labels: LabelSet, folder: Path) -> Sample:
    """The sample as a correction, with the model's prediction on disk."""
    path = folder / f"{sample.case_id}.prediction.png"
    write_mask(path, segmenter.segment(read_image(sample.image).pixels).mask, labels)
    return replace(sample, prediction=path, recent=True)


def _train(
    train: Sequence[Sample],
    validation: Sequence[Sample],
    labels: LabelSet,
    config: TrainConfig,
    target: Path,
    base: Path | None,
) -> Finished:
    *_, done = fit(train, validation, labels, config, save_to=target, device=choose("cpu"), start_from=base)
    assert isinstance(done, Finished)
    return done


def _dice(segmenter: Segmenter, samples: Sequence[Sample]) -> Metrics:
    measured = (event for event in evaluate_end_to_end(segmenter, samples) if not isinstance(event, StopPoint))
    return mean_metrics(event[1] for event in measured)


def _line(rest: Metrics, unseen: Metrics) -> str:
    names = [name for name in rest if name.startswith("dice/")]
    return "; ".join(
        f"{what} " + ", ".join(f"{name.removeprefix('dice/')} {figures[name]:.4f}" for name in names)
        for what, figures in (("the other new ones", rest), ("unseen", unseen))
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="Drishti-GS1's Training folder")
    parser.add_argument("--idrid", type=Path, help="IDRiD folder: the new photographs are of another camera")
    parser.add_argument("--base", type=Path, help="model of the 20 photographs; trained and saved here if missing")
    parser.add_argument("--size", type=int, default=256, help="input size of the network, pixels")
    parser.add_argument("--weight", type=float, default=4.0, help="of corrected pixels")
    parser.add_argument("--draws", type=int, default=3, help="of recent cases")
    parser.add_argument("--seeds", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
