"""Counts in sentences: one thing is never called several."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import unet_desktop
from unet_desktop.plurals import quantity

PACKAGE = Path(unet_desktop.__file__).parent
COUNTED = (
    r"cases|pictures|masks|models|labels|pieces|files|images|epochs|pages|frames|results|steps|folders|colours|regions"
    r"|runs|projects|processes|threads|cores|GPUs|pairs|predictions|corrections|patients|proposals|items|objects|notes"
    r"|workers|channels|bits|readers|strokes|rows|folds|lines|places|days|hours|minutes"
)
PLURAL = re.compile(rf" (?:(?!holds |is )[a-z-]+ )?(?:{COUNTED})\b")
NEVER_ONE = {
    "checkpoint_header.py adapted.get('pictures')",  # 8 or more
    "cli/progress.py event.folds",  # 2 or more
    "engine/data/dataset.py count",  # words, chosen before
    "engine/inference/openvino.py device.threads",  # a key of the cache, which nobody reads
    "engine/training/train_state.py distributed.world_size()",  # more than a step has pictures
    "images/tiff.py depths",  # of different channels
    "images/tiff.py name",
    "images/tiff.py page.samples",  # where some of them are left out or unknown
    "masks/mask_content.py frames",  # one frame is read
    "masks/mask_content.py mode",
    "masks/mask_content.py path",
    "tasks/adapt/run.py MAX_PICTURES",
    "tasks/adapt/run.py looked_at",  # 8 or more
    "tasks/adapt/run.py total",  # more than are used
    "tasks/events.py self.examined",  # 8 or more
    "tasks/folders/report_text.py outputs.probabilities",  # 8 or 16
    "tasks/import_images.py frames",  # one frame is all of them
    "tasks/import_images.py pages",
    "tasks/model_card.py labels",
    "tasks/model_card.py others",
    "tasks/model_card.py ratios",
    "tasks/train_folds.py len(groups)",  # the most of several
    "gui/jobs/project_jobs.py quantity(rest, 'more case has', 'more cases have')",
    "gui/train/panel.py MIN_GROUPS",  # a constant above 1
    "tasks/train.py MIN_GROUPS",
    "gui/folders/run_window.py rate",  # has a decimal
    "images/tiff.py count",  # above a limit
    "masks/questions.py len(masks)",  # one mask is named
    "cli/check.py quantity(len(remarks), 'remark')",  # what follows does not go with the count
    "gui/projects/check_dialog.py quantity(len(remarks), 'remark')",
    "tasks/public_sets/recognise.py quantity(len(self.chosen), 'photograph')",
    "tasks/readers/collect.py quantity(count, 'case')",
    "gui/cases/several.py count",  # 2 or more are selected
    "gui/cases/several.py len(problems)",
    "gui/window/command_state.py count",
    "gui/editing/adjudication.py len(drawn)",  # 2 or more readers
    "gui/readers/adjudication_commands.py LEAST_FOR_CONSENSUS",
    "gui/readers/assign_dialog.py self.per_case",
    "gui/readers/assign_dialog.py total",  # more than are shown
    "gui/models/commands.py len(models)",  # 2 or more
    "masks/oddities.py pieces + 1",
    "project/form.py MOST_ITEMS",
    "tasks/dropped.py found.pictures_in_words",  # a quantity in words
    "tasks/dropped.py len(projects)",  # 2 or more
    "tasks/dropped.py self.count",
    "tasks/import_events.py self.total",  # one picture is named
    "tasks/public_sets/tree.py MOST_FILES",
}


@pytest.mark.parametrize(("number", "expected"), [(0, "0 cases"), (1, "1 case"), (2, "2 cases"), (1200, "1,200 cases")])
def test_quantity(number: int, expected: str) -> None:
    assert quantity(number, "case") == expected


@pytest.mark.parametrize(("number", "expected"), [(0, "0 files are"), (1, "1 file is"), (2, "2 files are")])
def test_quantity_with_words_of_its_own(number: int, expected: str) -> None:
    assert quantity(number, "file is", "files are") == expected


def plain_plurals(path: Path) -> Iterator[str]:
    """Numbers that an f-string writes before a plural whatever they are: "FILE EXPRESSION"."""
    tree = ast.parse(path.read_text("utf-8"))
    chosen = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.IfExp)
        for branch in (node.body, node.orelse)
        for inner in ast.walk(branch)
        if re.search(r"[!=]= 1\b|> 1\b", ast.unparse(node.test))
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.JoinedStr) or id(node) in chosen:
            continue
        for value, words in zip(node.values, node.values[1:], strict=False):
            if not isinstance(value, ast.FormattedValue) or not isinstance(words, ast.Constant):
                continue
            if PLURAL.match(str(words.value)):
                yield f"{path.relative_to(PACKAGE).as_posix()} {ast.unparse(value.value)}"


def test_no_sentence_counts_one_thing_as_several() -> None:
    found = {plural for path in sorted(PACKAGE.rglob("*.py")) for plural in plain_plurals(path)}
    assert found - NEVER_ONE == set()
    assert NEVER_ONE - found == set(), "no longer in the code; take it off the list"
