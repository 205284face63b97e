"""Find out which measure of a prediction best tells its error, and whether an unfamiliar camera is noticed.

    python benchmarks/uncertainty.py ../shared/data 0=base-0.safetensors 1=base-1.safetensors ...

Each FOLD=MODEL was made by `drishti.py --fold FOLD --out MODEL`, so that every fifth Drishti photograph is new to it.
Prints Spearman's rank correlation of each candidate with 1 - Dice and with the vCDR error, the coverage of vCDR
intervals (each photograph calibrated on the others of its fold), and how many photographs count as unfamiliar.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from drishti import FOLDS, drishti_samples
from numpy.typing import NDArray
from PIL import Image

from unet_desktop.engine.device.device import choose, prepare
from unet_desktop.engine.files.checkpoint import Checkpoint, load
from unet_desktop.engine.inference.calibration import LEVEL, Calibration, CalibrationCase
from unet_desktop.engine.inference.familiarity import FamiliarityDetector
from unet_desktop.engine.inference.locate import locate
from unet_desktop.engine.inference.predictor import Predictor, Probabilities
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.engine.inference.uncertainty import expected_dices
from unet_desktop.images.crop import Square, extract, restore
from unet_desktop.images.read import read_image
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.compare import compare_masks, dice
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.measure import cup_to_disc

_DISC, _CUP = (label.name for label in DISC_AND_CUP)
_ZOOMS = (0.83, 1.2)
_FEW = (5, 10, 20)
_DRAWS = 20


@dataclass(frozen=True, slots=True)
class Case:
    """One prediction of a photograph that the model had not seen."""

    fold: int
    scores: dict[str, float]
    truth: dict[str, float]
    ratio: float
    spread: float


def main() -> None:
    arguments = _arguments()
    device = choose("cpu")
    prepare(device)
    drishti: list[Case] = []
    idrid: list[Case] = []
    looks: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        samples = drishti_samples(arguments.data / "drishti_gs1/Training", Path(folder))
        for pair in arguments.models:
            number, _, path = pair.partition("=")
            fold, judge = int(number), Judge(load(Path(path)), device)
            for place, sample in enumerate(samples):
                pixels = read_image(sample.image).pixels
                judge.look(pixels, "new" if place % FOLDS == fold else "train")
                if place % FOLDS == fold:
                    truth = read_mask(sample.mask, DISC_AND_CUP, (pixels.shape[0], pixels.shape[1]))
                    drishti.append(judge.case(fold, pixels, lambda mask, truth=truth: _true(mask, truth)))
            for image in sorted((arguments.data / "idrid_optic_disc/images").glob("*.jpg")):
                pixels = read_image(image).pixels
                judge.look(pixels, "IDRiD")
                disc = np.asarray(Image.open(next(image.parents[1].glob(f"masks/{image.stem}*")))) > 0
                found = judge.case(fold, pixels, lambda mask, disc=disc: {_DISC: dice(mask > 0, disc)})
                idrid.append(found)
            for image in sorted((arguments.data / "nuclei_dsb2018/images").iterdir())[:12]:
                judge.look(read_image(image).pixels, "nuclei")
            looks.append(f"fold {fold}: " + judge.verdict())
    _print_correlations(drishti, idrid)
    _print_calibration(drishti)
    print("\nUnfamiliar, of all:", *looks, sep="\n")


class Judge:
    """One model, examined in more ways than the program does."""

    def __init__(self, loaded: Checkpoint, device: object) -> None:
        self._segmenter = Segmenter(loaded, device)  # type: ignore[arg-type]
        single = {
            name: Predictor(network, loaded.specs[name], device, mirror=False)  # type: ignore[arg-type]
            for name, network in loaded.networks.items()
        }
        self._answer, self._size = single["segment"], loaded.specs["segment"].size
        self._locate = Predictor(loaded.networks["locate"], loaded.specs["locate"], device, mirror=True)  # type: ignore[arg-type]
        self._looks: dict[str, list[NDArray[np.float64]]] = {}
        self._colours: dict[str, list[NDArray[np.float64]]] = {}

    def look(self, pixels: NDArray[np.uint8], kind: str) -> None:
        """Record a picture's features, and the means and deviations of its colours."""
        around = Square.around(*pixels.shape[:2])
        self._looks.setdefault(kind, []).append(self._segmenter.features(pixels, around))
        small = extract(pixels, around, self._locate.spec.size)
        colours = np.concatenate([small.mean(axis=(0, 1)), small.std(axis=(0, 1))]).astype(np.float64)
        self._colours.setdefault(kind, []).append(colours)

    def verdict(self) -> str:
        """Count unfamiliar pictures of each kind, by the network's features and by six colour statistics."""
        parts = []
        for name, looks in (("features", self._looks), ("colours", self._colours)):
            familiar = FamiliarityDetector.fit(np.stack(looks["train"]))
            assert familiar is not None
            counts = (
                f"{kind} {sum(familiar.distance(look) > familiar.limit for look in looks[kind])}/{len(looks[kind])}"
                for kind in ("new", "IDRiD", "nuclei")
            )
            parts.append(f"by {name} " + ", ".join(counts))
        return "; ".join([*parts, *(self._learned_from(count) for count in _FEW)])

    def _learned_from(self, count: int) -> str:
        """The same with features of few, randomly drawn training pictures; the network was trained on all of them."""
        generator, train = np.random.default_rng(count), np.stack(self._looks["train"])
        called = dict.fromkeys(("new", "IDRiD"), 0)
        for _ in range(_DRAWS):
            familiar = FamiliarityDetector.fit(generator.permutation(train)[:count])
            assert familiar is not None
            for kind in called:
                called[kind] += sum(familiar.distance(look) > familiar.limit for look in self._looks[kind])
        shares = (f"{kind} {number}/{_DRAWS * len(self._looks[kind])}" for kind, number in called.items())
        return f"by {count} pictures " + ", ".join(shares)

    def case(
        self, fold: int, pixels: NDArray[np.uint8], judged: Callable[[NDArray[np.uint8]], dict[str, float]]
    ) -> Case:
        """All candidate measures for one picture; larger means worse."""
        prediction = self._segmenter.segment(pixels)
        shape = (pixels.shape[0], pixels.shape[1])
        spec = self._locate.spec
        whole = extract(pixels, Square.around(*shape), spec.size)
        found = locate(self._locate.square(whole)[0], shape, spec.crop_factor)
        assert prediction.square is not None
        assert found is not None
        answers = self._answers(pixels, prediction.square)
        ratios = cup_to_disc(prediction.mask, DISC_AND_CUP)
        assert ratios is not None
        mirrored, turned, zoomed = answers[:2], answers[:4], answers[[0, 4, 5]]
        scores = {
            "1 - confidence (expected Dice x located)": 1 - prediction.confidence,
            "1 - expected Dice": 1 - float(np.nanmean(expected_dices(mirrored.mean(axis=0)))),
            "1 - expected Dice, 4 mirrored and turned": 1 - float(np.nanmean(expected_dices(turned.mean(axis=0)))),
            "1 - expected Dice, 3 zooms": 1 - float(np.nanmean(expected_dices(zoomed.mean(axis=0)))),
            "1 - expected Dice of 3 zooms x located": 1
            - float(np.nanmean(expected_dices(zoomed.mean(axis=0)))) * found.confidence,
            "1 - located": 1 - found.confidence,
            "disagreement of the mirror image": _disagreement(mirrored),
            "disagreement of 4 mirrored and turned": _disagreement(turned),
            "disagreement of 3 zooms": _disagreement(zoomed),
            "spread of the vCDR over thresholds": prediction.spread or 0.0,
            "spread of the vCDR over the mirror image": float(np.std([_ratio(answer) for answer in mirrored])),
        }
        return Case(fold, scores, judged(prediction.mask), ratios.vertical, prediction.spread or 0.0)

    def _answers(self, pixels: NDArray[np.uint8], square: Square) -> NDArray[np.float32]:
        """(6, R, h, w): original, mirrored, flipped, both, closer and wider, each transformed back."""
        size = self._size
        crop = extract(pixels, square, size)
        found = []
        for rows, columns in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            answer = self._answer.square(np.ascontiguousarray(crop[::rows, ::columns]))
            found.append(answer[:, ::rows, ::columns])
        for zoom in _ZOOMS:
            other = Square(square.x, square.y, square.side * zoom)
            planes = self._answer.square(extract(pixels, other, size))
            # Aligned to the crop's pixel grid, so that both squares share their centre.
            own = Square(size / 2, size / 2, size * zoom)
            found.append(np.stack([restore(plane, own, Square.around(size, size).box(size, size)) for plane in planes]))
        return np.stack(found)


def _disagreement(answers: NDArray[np.float32]) -> float:
    middle = answers.mean(axis=0) >= 0.5
    pairs = [(answer[region] >= 0.5, middle[region]) for answer in answers for region in range(len(middle))]
    return 1 - float(np.mean([dice(ours, theirs) for ours, theirs in pairs]))


def _ratio(planes: Probabilities) -> float:
    disc, cup = (np.flatnonzero((plane >= 0.5).any(axis=1)) for plane in planes)
    return float(np.ptp(cup) + 1) / float(np.ptp(disc) + 1) if len(disc) and len(cup) else 0.0


def _true(mask: NDArray[np.uint8], truth: NDArray[np.uint8]) -> dict[str, float]:
    figures = compare_masks(mask, truth, DISC_AND_CUP)
    return {_DISC: figures[f"dice/{_DISC}"], _CUP: figures[f"dice/{_CUP}"], "vcdr": figures["vcdr_error"]}


def _rank_correlation(first: list[float], second: list[float]) -> float:
    return float(np.corrcoef(_ranks(first), _ranks(second))[0, 1])


def _ranks(values: list[float]) -> NDArray[np.float64]:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray(ends - (counts - 1) / 2)[places]


def _print_correlations(drishti: list[Case], idrid: list[Case]) -> None:
    print(
        f"Rank correlation; {len(drishti)} Drishti photographs not seen in training, {len(idrid)} predictions on IDRiD"
    )
    print(f"{'':44s} Drishti mean Dice   vCDR error   IDRiD disc Dice")
    for name in drishti[0].scores:
        ours = [case.scores[name] for case in drishti]
        mean = _rank_correlation(ours, [2 - case.truth[_DISC] - case.truth[_CUP] for case in drishti])
        ratio = _rank_correlation(ours, [case.truth["vcdr"] for case in drishti])
        other = _rank_correlation([case.scores[name] for case in idrid], [1 - case.truth[_DISC] for case in idrid])
        print(f"{name:44s} {mean:17.2f} {ratio:12.2f} {other:17.2f}")


def _print_calibration(cases: list[Case]) -> None:
    """Calibrate each case on the others of its fold, like a new picture."""
    print(f"\nvCDR intervals meant to cover {LEVEL:.0%}, each photograph calibrated on the others of its fold")
    for name, spread in _SPREADS.items():
        covered, widths = [], []
        for case, others in _by_others(cases):
            learned = Calibration.fit([CalibrationCase({}, {}, spread(other), other.truth["vcdr"]) for other in others])
            if learned.ratio_factor is None:
                continue
            half = learned.ratio_factor * spread(case)
            covered.append(case.truth["vcdr"] <= half)
            widths.append(2 * half)
        print(f"{name:30s} hold {sum(covered)}/{len(covered)}, mean width {np.mean(widths):.3f}")


_SPREADS: Mapping[str, Callable[[Case], float]] = {
    "all equally wide": lambda case: 1.0,
    "by the spread over thresholds": lambda case: case.spread,
    "by 1 - confidence": lambda case: case.scores["1 - confidence (expected Dice x located)"],
}


def _by_others(cases: list[Case]) -> Iterator[tuple[Case, list[Case]]]:
    for case in cases:
        yield case, [other for other in cases if other.fold == case.fold and other is not case]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder of drishti_gs1, idrid_optic_disc and nuclei_dsb2018")
    parser.add_argument("models", nargs="+", metavar="FOLD=MODEL")
    return parser.parse_args()


if __name__ == "__main__":
    main()
