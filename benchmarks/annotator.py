"""Measure what the training loop saves: a simulated annotator alternates between correcting masks and training.

    python benchmarks/annotator.py ../shared/data/drishti_gs1/Training

The hand and its clock are those of hand.py (RootPainter's protocol). It corrects 20 of 40 Drishti-GS1 photographs;
after every fourth one the model trains further on the corrections (the hand's masks, not the experts'), the first time
from scratch. Validation cases are chosen as in a project. The other 10 photographs (fold 0) are never shown; after each
training they show how good the model is and how long correcting them would take. A mask is right when its borders lie
within 5 % of the disc's height (95th percentile) of the experts': cups of 2 and of 3 of the 4 experts are 6 % apart.
Ways:

    hand          each photograph from an empty mask, each label with the quickest of lasso, ellipse and wide brush
    ours          the model's mask is corrected; the least certain photograph comes next
    in-order      the same, in the photographs' order
    rootpainter   in order, with RootPainter's settings of model and training: random weights, whole picture in patches,
                  a constant rate, two epochs after each picture; which model is kept is our rule (`INCUMBENT_BIAS`)

Seconds are the hand's; training time is given separately, because people keep working meanwhile. RootPainter's own
network has some 30 million parameters, too many to train on 2 cores: `--width` makes it narrower.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from drishti import FOLDS, drishti_samples
from hand import Drawn, corrected, drawn_anew

from unet_desktop.engine.config import PRESETS, TrainConfig, fine_tuning_config
from unet_desktop.engine.data.dataset import Sample
from unet_desktop.engine.device.device import choose, describe
from unet_desktop.engine.events import Finished
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.engine.training.fit import fit
from unet_desktop.errors import TrainingError
from unet_desktop.images.read import read_image
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.compare import Metrics, compare_masks, mean_metrics
from unet_desktop.masks.file import read_mask, write_mask
from unet_desktop.project.split import Part, assign_parts

EVERY = 4
"""Pictures between two trainings."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of working.

    Attributes:
        name: as in the description above.
        config: of training; None: nothing is trained.
        by_uncertainty: the least certain picture comes next.
        every: pictures between two trainings.
        going_on: of training from the last model.
    """

    name: str
    config: TrainConfig | None
    by_uncertainty: bool = False
    every: int = EVERY
    going_on: TrainConfig | None = None


def main() -> None:
    arguments = _arguments()
    print(describe(choose("cpu")))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        samples = drishti_samples(arguments.data, folder)
        pool = [sample for index, sample in enumerate(samples) if index % FOLDS]
        for way in _ways(arguments):
            print(
                f"\n{way.name}\npicture  seconds  gestures  how               before: disc, cup Dice   so far a picture"
            )
            place = (arguments.keep or folder) / way.name
            place.mkdir(parents=True)
            _work(way, pool, samples[::FOLDS], place, arguments.pictures, arguments.tolerance)


def _ways(arguments: argparse.Namespace) -> Iterator[Way]:
    fast = replace(PRESETS["fast"], seed=arguments.seed)
    patches = replace(
        PRESETS["article"],
        framing="patches",
        width=arguments.width,
        epochs=2,
        least_steps=5,
        seed=arguments.seed,
        batch_size=4,
        learning_rate=1e-3,
        step_epochs=10_000,
        augmentation=1.0,
        working_side=512,
    )
    ways = (
        Way("hand", None),
        Way("ours", fast, by_uncertainty=True, going_on=fine_tuning_config(fast)),
        Way("in-order", fast, going_on=fine_tuning_config(fast)),
        Way("rootpainter", patches, every=1, going_on=patches),
    )
    return (way for way in ways if way.name in arguments.ways)


def _work(way: Way, pool: Sequence[Sample], held_out: Sequence[Sample], folder: Path, count: int, near: float) -> None:
    """Correct this many pictures, training in between, and print each."""
    waiting, done, spent, learned, segmenter = list(pool), list[Sample](), list[float](), 0, None
    model = folder / "model.safetensors"
    confidence: dict[str, float] = {}
    parts: dict[str, Part] = {}
    for number in range(1, count + 1):
        if way.by_uncertainty and confidence:
            waiting.sort(key=lambda sample: confidence[sample.case_id])
        sample = waiting.pop(0)
        drawn, before = _draw(sample, segmenter, near)
        spent.append(drawn.seconds)
        write_mask(folder / f"{sample.case_id}.png", drawn.mask, DISC_AND_CUP)
        done.append(replace(sample, mask=folder / f"{sample.case_id}.png"))
        print(
            f"{number:7d} {drawn.seconds:8.1f} {drawn.gestures:9d}  {drawn.how:17s} {_dices(before):>22s} "
            f"{sum(spent) / number:18.2f}",
            flush=True,
        )
        if way.config is None or number % way.every or len(done) < 2:
            continue
        parts = assign_parts(parts, (sample.case_id for sample in done))
        since = [replace(sample, recent=at >= learned) for at, sample in enumerate(done)]
        segmenter, seconds = _learn(way, since, parts, model)
        if segmenter is None:
            continue
        learned = number
        if number % EVERY == 0:
            shutil.copy(model, folder / f"after-{number}.safetensors")
            took, figures = _evaluate(segmenter, held_out, near)
            print(
                f"        trained in {seconds:.0f} s; held out: disc, cup Dice {_dices(figures)}, "
                f"{took:.2f} s to correct one",
                flush=True,
            )
        if way.by_uncertainty:
            confidence = {
                sample.case_id: segmenter.segment(read_image(sample.image).pixels).confidence for sample in waiting
            }


def _draw(sample: Sample, segmenter: Segmenter | None, near: float) -> tuple[Drawn, Metrics]:
    """Correct one picture; return the hand's mask and the metrics of the proposal."""
    truth = read_mask(sample.mask, DISC_AND_CUP)
    if segmenter is None:
        return drawn_anew(truth, DISC_AND_CUP, near), {}
    predicted = segmenter.segment(read_image(sample.image).pixels)
    return corrected(predicted.mask, truth, DISC_AND_CUP, near), compare_masks(predicted.mask, truth, DISC_AND_CUP)


def _learn(way: Way, done: Sequence[Sample], parts: Mapping[str, Part], model: Path) -> tuple[Segmenter | None, float]:
    """Train on all corrections; None if there are too few."""
    teachers, judges = (
        [sample for sample in done if parts[sample.case_id] == part] for part in ("train", "validation")
    )
    assert way.config is not None
    on = model.exists() and way.going_on is not None
    config = way.going_on if on and way.going_on is not None else way.config
    start = model if on else None
    try:
        *_, finished = fit(
            teachers, judges, DISC_AND_CUP, config, save_to=model, device=choose("cpu"), start_from=start
        )
    except TrainingError as error:
        print(f"        {error}")
        return None, 0.0
    assert isinstance(finished, Finished)
    return Segmenter.open(model, "cpu"), finished.seconds


def _evaluate(segmenter: Segmenter, samples: Sequence[Sample], near: float) -> tuple[float, Metrics]:
    """Mean seconds to correct one of them, and the metrics of the model's masks."""
    drawn = [_draw(sample, segmenter, near) for sample in samples]
    return sum(one.seconds for one, _ in drawn) / len(drawn), mean_metrics(figures for _, figures in drawn)


def _dices(figures: Metrics) -> str:
    return " ".join(f"{figures[f'dice/{label.name}']:.3f}" for label in DISC_AND_CUP) if figures else "-"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="Drishti-GS1's Training folder")
    names = ["hand", "ours", "in-order", "rootpainter"]
    parser.add_argument("--ways", nargs="*", default=names, choices=names)
    parser.add_argument("--pictures", type=int, default=20)
    parser.add_argument("--tolerance", type=float, default=0.05, help="of the border, as a share of the disc's height")
    parser.add_argument("--width", type=int, default=16, help="channels of RootPainter's first level; it has 64")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder to keep masks and models in, one sub-folder per way")
    return parser.parse_args()


if __name__ == "__main__":
    main()
