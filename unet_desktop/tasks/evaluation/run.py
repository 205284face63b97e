"""Compare two readers' masks, picture by picture."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count

from unet_desktop.engine.events import Message, StopPoint
from unet_desktop.errors import MaskError, UserError
from unet_desktop.labels import LabelSet
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.tasks.evaluation.compared_case import ComparedCase, PairResult, PossibleLabels, compare_pair
from unet_desktop.tasks.evaluation.pairing import Pair, explain_unpaired, pair_masks
from unet_desktop.tasks.evaluation.reader import ReaderMask
from unet_desktop.tasks.evaluation.result import DEFAULTS, Evaluation, EvaluationSettings
from unet_desktop.tasks.evaluation.sides import Sides
from unet_desktop.tasks.events import EvaluationEvent, ItemDone
from unet_desktop.tasks.mask_import import plan_files
from unet_desktop.tasks.mask_options import FIND_OUT, MaskOptions


def evaluate(
    sides: Sides, settings: EvaluationSettings = DEFAULTS, options: MaskOptions = FIND_OUT
) -> Iterator[EvaluationEvent]:
    """Compare each mask of the second reader with the first reader's mask of the same picture.

    A mask of the second reader without a counterpart is a problem if `sides.all_expected`, but never counts as zero;
    one of the first reader is only noted.

    Raises:
        MaskError: before the first event, if no names match; at the end, if no pair could be compared.
    """
    first, second, labels, remarks = sides.first, sides.second, sides.labels, sides.remarks
    pairing = pair_masks(first, second, loose=options.loose)
    if not pairing.pairs:
        raise MaskError(f"No mask of {first.title} has the name of one in {second.title}. Choose matching masks.")
    yield from map(Message, remarks)
    pairs, readings = yield from _plan_reading(pairing.pairs, sides, options)
    yield from map(Message, readings)
    total = len(pairing.pairs) + len(pairing.first_unpaired) + len(pairing.second_unpaired)
    numbers = count(1)
    problems: list[tuple[str, str]] = []
    outcomes: list[PairResult] = []
    for pair in pairs:
        name = pair[1].name
        try:
            found = compare_pair(pair, labels, boundaries=settings.boundaries, max_distance=settings.max_distance)
            outcomes.append(found)
            yield ItemDone(name, next(numbers), total)
        except UserError as error:
            problems.append((name, str(error)))
            yield ItemDone(name, next(numbers), total, problem=str(error))
    for mask in pairing.second_unpaired:
        sentence = explain_unpaired(mask, pairing.first_unpaired, first.title)
        if sides.all_expected:
            problems.append((mask.name, sentence))
            yield ItemDone(mask.name, next(numbers), total, problem=sentence)
        else:
            yield ItemDone(mask.name, next(numbers), total, note=f"It has no counterpart in {first.title}.")
    for mask in pairing.first_unpaired:
        yield ItemDone(mask.name, next(numbers), total, note=f"It has no counterpart in {second.title}.")
    if not outcomes:
        raise MaskError("None of the masks could be compared; the messages above say why.")
    cases, limits = _keep_common_labels(outcomes, (first.title, second.title), labels)
    yield from map(Message, limits)
    yield Evaluation(
        first.title, second.title, labels, tuple(cases), tuple(problems), (*remarks, *readings, *limits), settings
    )


def _plan_reading(
    pairs: Sequence[Pair], sides: Sides, options: MaskOptions
) -> Generator[StopPoint, None, tuple[list[Pair], list[str]]]:
    """The pairs with what is needed to read the masks of folders, and sentences that say how they are read.

    Raises:
        MaskError: it has to be asked what values mean.
    """
    columns: list[list[ReaderMask]] = []
    sentences: list[str] = []
    for side, reader in enumerate((sides.first, sides.second)):
        masks = [pair[side] for pair in pairs]
        if reader.folder is not None:
            pictures = [pair[1 - side].picture for pair in pairs]
            files = [(file, where) for mask, where in zip(masks, pictures, strict=True) for file in mask.mask_files]
            plan = yield from plan_files(files, reader.folder, sides.labels, options)
            plan.ask()
            masks = [replace(mask, plan=plan) for mask in masks]
            if plan.readings:  # the program's own masks need no explanation
                sentences += [f"{reader.title}: {sentence}" for sentence in plan.sentences]
        columns.append(masks)
    return list(zip(columns[0], columns[1], strict=True)), sentences


def _keep_common_labels(
    outcomes: Sequence[PairResult], titles: tuple[str, str], labels: LabelSet
) -> tuple[list[ComparedCase], list[str]]:
    """Drop labels that one reader's files cannot hold; also return sentences about what is not compared.

    Raises:
        MaskError: no label is left.
    """
    everything = frozenset(label.name for label in labels)
    kept, sentences = everything, []
    for side, title in enumerate(titles):
        possible = _union((outcome.possible_labels[side] for outcome in outcomes), everything)
        if missing := [label.name for label in labels if label.name not in possible]:
            sentences.append(
                f"The masks of {title} are black and white, so they show {', '.join(sorted(possible))} only; "
                f"{', '.join(missing)} is not compared."
            )
        kept &= possible
    if not kept:
        raise MaskError(f"{' '.join(sentences)} No label is left to compare. Compare masks of the same labels.")
    cases = [outcome.compared for outcome in outcomes]
    incomplete, pair = sum(outcome.incomplete for outcome in outcomes), cup_and_disc(labels)
    if incomplete and pair is not None:
        cup, disc = (label.name for label in pair)
        number = "1 case is" if incomplete == 1 else f"{incomplete:,} cases are"
        sentences.append(f"{number} incomplete: the {disc} is drawn, but no {cup}; the {cup} is not compared there.")
    return ([case.only(kept) for case in cases] if kept != everything else cases), sentences


def _union(possible: Iterable[PossibleLabels], everything: frozenset[str]) -> frozenset[str]:
    known = [one for one in possible if one is not None]
    return frozenset().union(*known) if known else everything
