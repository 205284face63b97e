"""Measure what correcting five photographs of another camera is worth, over several draws of the five.

    python benchmarks/five_corrections.py ../shared/data --model PROJECT/models/model-001.safetensors --fold 0

The model was trained on Drishti-GS1 without every fifth photograph (`benchmarks/drishti.py --fold 0 --out`). For each
draw, five photographs of REFUGE (whole field, or with --set crops disc-centred) are "corrected", that is, given the
experts' masks; training continues from the model as in a project, with four of the five among the training cases and
one among those that choose the epoch. Prints disc and cup Dice and the error of the vertical cup-to-disc ratio on the
other photographs and on the old camera's held-out ones, before and after, and seconds.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from cameras import truths
from corrections import CORRECTED, predict_sample
from drishti import FOLDS, change_settings, drishti_samples

from unet_desktop.engine.config import PRESETS, fine_tuning_config
from unet_desktop.engine.data.dataset import Sample
from unet_desktop.engine.device.device import choose, describe
from unet_desktop.engine.events import Finished, StopPoint
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.engine.training.fit import fit
from unet_desktop.engine.training.validate import evaluate_end_to_end
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.compare import Metrics, mean_metrics
from unet_desktop.masks.file import write_mask

SETS = {"whole": "refuge_whole_field", "crops": "refuge_disc_crops"}


def main() -> None:
    arguments = _arguments()
    device = choose("cpu")
    config = change_settings(fine_tuning_config(PRESETS["fast"]), arguments.change)
    print(describe(device))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        old = drishti_samples(arguments.data / "drishti_gs1" / "Training", folder)
        teach = [sample for index, sample in enumerate(old) if index % FOLDS != arguments.fold]
        watch = old[arguments.fold :: FOLDS]
        new = _samples(arguments.data, SETS[arguments.set], folder)
        before = Segmenter.open(arguments.model, "cpu")
        scores = {sample.case_id: metrics for sample, metrics in zip(new, _measure(before, new), strict=True)}
        print("before:", _line("old camera", _measure(before, watch)), flush=True)
        gains = []
        for draw in range(arguments.draws):
            order = np.random.default_rng(draw).permutation(len(new))
            taken = [
                replace(predict_sample(new[index], before, DISC_AND_CUP, folder), unlike=True)
                for index in order[:CORRECTED]
            ]
            rest = [new[index] for index in order[CORRECTED:]]
            target = folder / "next.safetensors"
            began = time.perf_counter()
            *_, done = fit(
                [*teach, *taken[:-1]],
                [*watch, taken[-1]] if arguments.judge_old else [taken[-1]],
                DISC_AND_CUP,
                config,
                save_to=target,
                device=device,
                start_from=arguments.model,
            )
            assert isinstance(done, Finished)
            seconds = time.perf_counter() - began
            after = Segmenter.open(target, "cpu")
            was, now = [scores[sample.case_id] for sample in rest], _measure(after, rest)
            gains.append((mean_metrics(was), mean_metrics(now)))
            print(
                f"draw {draw}: {_line('before', was)}; {_line('after', now)}; "
                f"{_line('old camera', _measure(after, watch))}; {seconds:.0f} s",
                flush=True,
            )
        for name in ("dice/optic disc", "dice/optic cup", "vcdr_error"):
            was, now = (np.array([pair[index][name] for pair in gains]) for index in (0, 1))
            print(f"{name}: before {was.mean():.4f}, after {now.mean():.4f} (spread {now.std():.4f})")


def _samples(data: Path, name: str, folder: Path) -> list[Sample]:
    samples = []
    for image, truth in truths(data, name):
        mask = folder / f"{image.stem}.png"
        write_mask(mask, truth, DISC_AND_CUP)
        samples.append(Sample(image.stem, image, mask))
    return samples


def _measure(segmenter: Segmenter, samples: Sequence[Sample]) -> list[Metrics]:
    return [event[1] for event in evaluate_end_to_end(segmenter, samples) if not isinstance(event, StopPoint)]


def _line(what: str, cases: Sequence[Metrics]) -> str:
    figures = mean_metrics(cases)
    return (
        f"{what} disc {figures['dice/optic disc']:.4f} cup {figures['dice/optic cup']:.4f} "
        f"vCDR error {figures['vcdr_error']:.4f}"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds the sets")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--fold", type=int, default=0, choices=range(FOLDS), help="which the model was not trained on")
    parser.add_argument("--set", choices=list(SETS), default="whole")
    parser.add_argument("--draws", type=int, default=3, help="how many times five are drawn")
    parser.add_argument("--change", action="append", default=[], metavar="NAME=VALUE", help="change a setting")
    parser.add_argument("--no-old", dest="judge_old", action="store_false", help="the old camera does not judge")
    return parser.parse_args()


if __name__ == "__main__":
    main()
