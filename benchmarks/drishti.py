"""Train a preset on part of Drishti-GS1's 50 training photographs and measure it on the rest.

    python benchmarks/drishti.py ../shared/data/drishti_gs1/Training --preset fast --fold 0

Prints disc Dice, cup Dice and vCDR error at the photographs' own resolution, from the whole photograph, and
seconds. Truth: at least 3 of 4 experts (soft map >= 191). Fold k of 5 validates on every fifth photograph.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from unet_desktop.engine.config import PRESETS, TrainConfig
from unet_desktop.engine.data.dataset import Sample
from unet_desktop.engine.device.device import choose, describe
from unet_desktop.engine.events import EpochDone, Finished, Message
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.engine.training.fit import fit
from unet_desktop.images.read import read_image
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.compare import dice
from unet_desktop.masks.file import write_mask

FOLDS = 5
THREE_OF_FOUR = 191


def main() -> None:
    arguments = _arguments()
    device = choose(arguments.device)
    print(describe(device))
    with tempfile.TemporaryDirectory() as folder:
        samples = drishti_samples(arguments.data, Path(folder))
        train = [sample for index, sample in enumerate(samples) if index % FOLDS != arguments.fold]
        validation = samples[arguments.fold :: FOLDS]
        target = arguments.out or Path(folder) / "model.safetensors"
        began = time.perf_counter()
        for event in fit(
            train,
            validation,
            DISC_AND_CUP,
            change_settings(replace(PRESETS[arguments.preset], seed=arguments.seed), arguments.set),
            save_to=target,
            device=device,
        ):
            if isinstance(event, Message):
                print(event.text)
            elif isinstance(event, EpochDone):
                figures = " ".join(f"{name} {value:.4f}" for name, value in event.metrics.items() if "iou" not in name)
                print(
                    f"{time.perf_counter() - began:6.1f} s {event.stage} {event.epoch:3d} loss {event.train_loss:.4f} "
                    f"{figures} ({event.seconds:.1f} s, {event.seconds_left:.0f} s left)",
                    flush=True,
                )
            elif isinstance(event, Finished):
                _report(event, len(train), len(validation))
        if arguments.idrid is not None:
            other_camera(Segmenter.open(target), arguments.idrid)


def drishti_samples(data: Path, folder: Path) -> list[Sample]:
    """Turn the soft maps into masks in the folder; return the samples."""
    samples = []
    for image in sorted((data / "Images").rglob("*.*")):
        path = folder / f"{image.stem}.png"
        write_mask(path, read_soft_maps(data, image), DISC_AND_CUP)
        samples.append(Sample(image.stem, image, path))
    return samples


def read_soft_maps(data: Path, image: Path) -> NDArray[np.uint8]:
    """The (H, W) uint8 mask of a photograph in Drishti-GS1's Training folder: 0, 1 disc, 2 cup."""
    maps = data / "GT" / image.stem / "SoftMap"
    disc, cup = (
        np.asarray(Image.open(maps / f"{image.stem}_{kind}segSoftmap.png").convert("L")) >= THREE_OF_FOUR
        for kind in ("OD", "cup")
    )
    return np.where(disc & cup, 2, disc).astype(np.uint8)


def other_camera(segmenter: Segmenter, folder: Path) -> None:
    """Print disc Dice on IDRiD, whose masks hold only the disc."""
    results = []
    for image in sorted((folder / "images").glob("*.jpg")):
        pixels = read_image(image).pixels
        truth = np.asarray(Image.open(next((folder / "masks").glob(f"{image.stem}*")))) > 0
        began = time.perf_counter()
        prediction = segmenter.segment(pixels)
        seconds = time.perf_counter() - began
        results.append((dice(prediction.mask > 0, truth), prediction.confidence, seconds))
    for result in results:
        print("IDRiD disc Dice {:.3f} confidence {:.3f} in {:.2f} s".format(*result))
    print(f"IDRiD mean disc Dice {np.mean([result[0] for result in results]):.4f}")


def _report(event: Finished, train: int, validation: int) -> None:
    for case, figures in event.cases.items():
        print(case, " ".join(f"{name} {value:.3f}" for name, value in figures.items() if "iou" not in name))
    print(
        f"RESULT train {train} validation {validation}: disc Dice {event.metrics['dice/optic disc']:.4f} "
        f"cup Dice {event.metrics['dice/optic cup']:.4f} vCDR error {event.metrics.get('vcdr_error', -1):.4f} "
        f"seconds {event.seconds:.0f}"
    )


def change_settings(config: TrainConfig, changes: Sequence[str]) -> TrainConfig:
    """The settings with each "NAME=VALUE" applied."""
    for setting in changes:
        name, value = setting.split("=")
        kind = type(getattr(config, name))
        config = replace(config, **{name: value == "True" if kind is bool else kind(value)})
    return config


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="Drishti-GS1's Training folder")
    parser.add_argument("--preset", default="fast", choices=list(PRESETS))
    parser.add_argument("--fold", type=int, default=0, choices=range(FOLDS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="change a setting")
    parser.add_argument("--idrid", type=Path, help="IDRiD folder to measure the disc on afterwards")
    parser.add_argument("--out", type=Path, help="keep the model here")
    return parser.parse_args()


if __name__ == "__main__":
    main()
