"""Two readers compared: who they are, which masks are paired, what is reported about the rest, and the files."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime

import numpy as np
import pytest
from masks_of_others import GUISES, disc_and_cup
from PIL import Image as Pillow

from unet_desktop.__main__ import main
from unet_desktop.engine.events import Message, StopPoint
from unet_desktop.errors import LabelError, MaskError, UserError, WriteError
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE
from unet_desktop.masks.file import write_mask
from unet_desktop.project.project import Project
from unet_desktop.project.split import write_split
from unet_desktop.reports.document import Gallery
from unet_desktop.reports.render import render
from unet_desktop.tasks.evaluation.pairing import pair_masks
from unet_desktop.tasks.evaluation.reader import folder_reader
from unet_desktop.tasks.evaluation.report import document
from unet_desktop.tasks.evaluation.result import Evaluation, EvaluationSettings, worst_first
from unet_desktop.tasks.evaluation.run import evaluate
from unet_desktop.tasks.evaluation.sides import find_sides
from unet_desktop.tasks.evaluation.targets import Targets
from unet_desktop.tasks.events import ItemDone
from unet_desktop.tasks.mask_options import MaskOptions

FAST = EvaluationSettings(resamples=50)
DAY = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture
def folders(tmp_path):
    found = tmp_path / "ours", tmp_path / "theirs"
    for folder in found:
        folder.mkdir()
    return found


def shifted(mask, down):
    return np.roll(mask, down, axis=0)


def save(path, values):
    path.parent.mkdir(parents=True, exist_ok=True)
    Pillow.fromarray(np.asarray(values, np.uint8)).save(path)


def compared(*folders):
    events = evaluate(find_sides(*folders, None, None), FAST)
    return [event for event in events if not isinstance(event, StopPoint)]


def predicted(project):
    """A project's predictions against its masks."""
    return figures_of(evaluate(find_sides(None, None, project.root, None), FAST))


def figures_of(events):
    return next(event for event in events if isinstance(event, Evaluation))


def test_masks_that_have_no_label_in_common_are_refused(tmp_path, disc_mask):
    for folder in ("optic_disc", "optic_cup"):
        save(tmp_path / folder / "a.png", np.minimum(disc_mask, 1) * 255)
    with pytest.raises(MaskError, match=r"show optic disc only.*show optic cup only.*No label is left to compare"):
        compared(tmp_path / "optic_disc", tmp_path / "optic_cup")


class TestIncompleteCases:
    """A disc whose cup nobody has drawn yet says nothing about the cup."""

    @pytest.fixture
    def other(self, project, picture, disc_mask, tmp_path):
        """Another reader's folder with a cup, where the project has only the disc."""
        case = project.save_mask(project.add_image(picture).id, np.minimum(disc_mask, 1))
        assert case.incomplete
        (tmp_path / "other").mkdir()
        write_mask(tmp_path / "other" / f"{case.id}.png", disc_mask, DISC_AND_CUP)
        return tmp_path / "other"

    def test_the_cup_is_not_compared_and_that_is_said(self, project, other):
        result = figures_of(evaluate(find_sides(other, None, project.root, None), FAST))
        assert "1 case is incomplete: the optic disc is drawn, but no optic cup" in " ".join(result.remarks)
        assert result.means["dice/optic disc"] == 1.0
        assert not [name for name in result.means if "cup" in name or "vcdr" in name]
        assert [one.label for one in result.presence] == ["optic disc"]
        assert not result.measured

    def test_a_cup_that_is_said_to_be_missing_is_a_false_positive(self, project, other):
        project.mark(project.cases()[0].id, no_cup=True)
        result = figures_of(evaluate(find_sides(other, None, project.root, None), FAST))
        assert [(one.label, one.false_positive) for one in result.presence] == [("optic disc", 0), ("optic cup", 1)]
        assert len(result.measured) == 1


class TestMeeting:
    def test_masks_of_one_name_are_compared_in_natural_order(self, folders, disc_mask):
        for name in ("p10.png", "p9.png"):
            write_mask(folders[0] / name, disc_mask, DISC_AND_CUP)
            write_mask(folders[1] / name, disc_mask, DISC_AND_CUP)
        write_mask(folders[0] / "other.png", disc_mask, DISC_AND_CUP)
        write_mask(folders[1] / "another.png", disc_mask, DISC_AND_CUP)
        *items, result = compared(*folders)
        assert [item.name for item in items] == ["p9", "p10", "another", "other"]
        assert [bool(item.problem) for item in items] == [False, False, True, False]
        assert "another.png has no counterpart in ours" in items[2].problem
        assert "no counterpart in theirs" in items[3].note
        assert [item.done for item in items] == [1, 2, 3, 4]
        assert {item.total for item in items} == {4}
        assert result.pictures == 2
        assert result.means["dice/optic cup"] == 1

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("left/a.png", "left/a.png"),
            ("a.png", "deep/er/a.png"),
            ("A.tif", "a.png"),
            ("eye 1.png", "eye_1.png"),
            ("eye_2_mask.png", "eye_2.png"),
            ("eye_2.png", "sub/eye_2-seg.png"),
        ],
    )
    def test_names_that_meet(self, folders, disc_mask, first, second):
        save(folders[0] / first, disc_mask)
        save(folders[1] / second, disc_mask)
        pairing = pair_masks(folder_reader(folders[0]), folder_reader(folders[1]))
        assert len(pairing.pairs) == 1
        assert not pairing.first_unpaired
        assert not pairing.second_unpaired

    def test_where_several_could_be_meant_none_is(self, folders, disc_mask):
        for name in ("one/a.png", "two/a.png", "b.png"):
            save(folders[0] / name, disc_mask)
        for name in ("a.png", "b.png"):
            save(folders[1] / name, disc_mask)
        items = [event for event in compared(*folders) if isinstance(event, ItemDone)]
        assert [item.name for item in items if item.problem] == ["a"]
        assert "could belong to several masks of ours (one/a, two/a)" in next(
            item.problem for item in items if item.problem
        )

    def test_of_files_of_one_name_those_of_the_same_kind_meet(self, folders, disc_mask):
        for folder in folders:
            for name in ("a.png", "a.bmp"):
                save(folder / name, disc_mask)
        pairs = pair_masks(folder_reader(folders[0]), folder_reader(folders[1])).pairs
        assert sorted((one.path.suffix, other.path.suffix) for one, other in pairs) == [(".bmp",) * 2, (".png",) * 2]

    def test_a_folder_called_masks_is_called_by_where_it_lies(self, tmp_path, disc_mask):
        save(tmp_path / "Dr. B" / "masks" / "a.png", disc_mask)
        assert folder_reader(tmp_path / "Dr. B" / "masks").title == "Dr. B/masks"

    def test_eye_2_is_not_eye(self, folders, disc_mask):
        for name in ("eye.png", "eye_2.png"):
            save(folders[0] / name, disc_mask)
        save(folders[1] / "eye_2_mask.png", disc_mask)
        (pair,) = pair_masks(folder_reader(folders[0]), folder_reader(folders[1])).pairs
        assert pair[0].name == "eye_2"


class TestBadInput:
    def test_one_bad_pair_does_not_stop_the_rest(self, folders, disc_mask):
        for name in ("a.png", "b.png", "c.png", "d.png"):
            for folder in folders:
                write_mask(folder / name, disc_mask, DISC_AND_CUP)
        write_mask(folders[0] / "b.png", disc_mask[:40], DISC_AND_CUP)
        (folders[1] / "c.png").write_bytes(b"broken")
        events = compared(*folders)
        assert [bool(event.problem) for event in events if isinstance(event, ItemDone)] == [False, True, True, False]
        assert "96 x 40 pixels" in events[1].problem
        assert events[-1].pictures == 2
        assert [name for name, _ in events[-1].problems] == ["b", "c"]

    def test_nothing_that_can_be_compared(self, folders, disc_mask):
        write_mask(folders[0] / "a.png", disc_mask[:40], DISC_AND_CUP)
        write_mask(folders[1] / "a.png", disc_mask, DISC_AND_CUP)
        with pytest.raises(MaskError, match="None of the masks"):
            compared(*folders)

    def test_folders_that_do_not_meet_are_one_sentence(self, folders, tmp_path, disc_mask):
        write_mask(folders[0] / "a.png", disc_mask, DISC_AND_CUP)
        write_mask(folders[1] / "b.png", disc_mask, DISC_AND_CUP)
        with pytest.raises(MaskError, match="has the name of one in"):
            compared(*folders)
        with pytest.raises(MaskError, match="is not a folder"):
            compared(tmp_path / "gone", folders[1])

    def test_folders_without_masks(self, folders):
        with pytest.raises(MaskError, match="holds no pictures that could be masks"):
            compared(*folders)
        for folder in folders:
            (folder / "a.json").write_text('{"shapes": [], "imagePath": "a.jpg"}')
        with pytest.raises(MaskError, match=r"a\.json is labelme annotations"):
            compared(*folders)

    def test_too_little_was_named(self, folders):
        for sides in ((None, None, None), (folders[0], None, None)):
            with pytest.raises(UserError, match="or a project"):
                find_sides(*sides, None)


class TestOtherProgramsMasks:
    def test_a_black_and_white_reader_is_compared_by_the_disc_alone(self, folders, disc_mask):
        """0 and 255 tell of discs; that such masks hold no cup is no disagreement."""
        for name in ("a.png", "b.png"):
            write_mask(folders[1] / name, disc_mask, DISC_AND_CUP)
            save(folders[0] / name, np.where(disc_mask > 0, 255, 0))
        events = compared(*folders)
        result = figures_of(events)
        assert result.means["dice/optic disc"] == result.means["dice"] == 1
        assert not {"dice/optic cup", "vcdr_error"} & set(result.means)
        assert result.limits is None
        read, shown = [event.text for event in events if isinstance(event, Message)]
        assert read == "ours: Masks: 0 is background, 255 is optic disc."
        assert shown.startswith("The masks of ours are black and white, so they show optic disc only")
        assert result.remarks == (read, shown)

    def test_ours_without_a_single_cup_have_missed_it(self, folders, disc_mask):
        write_mask(folders[1] / "a.png", disc_mask, DISC_AND_CUP)
        write_mask(folders[0] / "a.png", (disc_mask > 0).astype(np.uint8), DISC_AND_CUP)
        assert figures_of(compared(*folders)).means["dice/optic cup"] == 0

    def test_grey_0_and_1_are_black_and_white_too(self, folders, disc_mask):
        write_mask(folders[1] / "a.png", disc_mask, DISC_AND_CUP)
        save(folders[0] / "a.png", disc_mask > 0)
        assert "dice/optic cup" not in figures_of(compared(*folders)).means

    def test_refuges_values(self, folders, disc_mask):
        write_mask(folders[1] / "a.png", disc_mask, DISC_AND_CUP)
        save(folders[0] / "a.bmp", np.array([255, 128, 0], np.uint8)[disc_mask])
        assert figures_of(compared(*folders)).means["dice/optic cup"] == 1

    def test_what_either_reader_did_not_judge_counts_in_nothing(self, folders, disc_mask):
        ours, theirs = disc_mask.copy(), disc_mask.copy()
        ours[:, 50:] = 255
        theirs[:35] = 255
        write_mask(folders[0] / "a.png", ours, DISC_AND_CUP)
        write_mask(folders[1] / "a.png", theirs, DISC_AND_CUP)
        result = figures_of(compared(*folders))
        assert result.means["dice"] == 1
        assert "vcdr_error" not in result.means
        assert not result.measured

    def test_empty_against_empty_is_counted_apart_and_has_no_ratio(self, folders, disc_mask):
        for folder in folders:
            write_mask(folder / "a.png", np.zeros_like(disc_mask), DISC_AND_CUP)
            write_mask(folder / "b.png", disc_mask, DISC_AND_CUP)
        result = figures_of(compared(*folders))
        assert result.means["dice"] == 1
        assert result.estimates["dice"].count == 1
        assert [one.true_absent for one in result.presence] == [1, 1]
        assert [case.name for case in result.measured] == ["b"]
        assert result.estimates["boundary_px/optic disc"].count == 1


@pytest.fixture
def rare(folders):
    """Eight pictures, three of which show the structure; a function makes the first reader's masks of the true ones."""
    truth = np.zeros((40, 50), np.uint8)
    truth[10:20, 10:30] = 1

    def write(read):
        for number in range(8):
            mask = truth if number < 3 else np.zeros_like(truth)
            write_mask(folders[1] / f"{number}.png", mask, ONE_STRUCTURE)
            write_mask(folders[0] / f"{number}.png", read(mask), ONE_STRUCTURE)
        return figures_of(evaluate(find_sides(*folders, None, ONE_STRUCTURE), FAST))

    return write


class TestPicturesWithoutTheLabel:
    def test_who_finds_nothing_scores_nothing(self, rare):
        result = rare(np.zeros_like)
        assert result.means["dice/structure"] == result.means["iou/structure"] == 0
        assert result.estimates["dice/structure"].count == 3
        (one,) = result.presence
        assert (one.present, one.missed, one.absent, one.true_absent, one.false_positive) == (3, 3, 5, 5, 0)

    def test_who_always_finds_something_is_told_of_false_positives(self, rare):
        result = rare(lambda mask: np.where(np.arange(50) < 4, 1, mask).astype(np.uint8))
        (one,) = result.presence
        assert (one.missed, one.true_absent, one.false_positive) == (0, 0, 5)
        assert result.means["true_absent/structure"] == 0
        assert result.means["dice/structure"] == pytest.approx(2 * 200 / (200 + 360))
        assert [case.name for case in worst_first(result.cases)[:5]] == ["3", "4", "5", "6", "7"]

    def test_a_perfect_reader_of_rare_things_scores_1(self, rare):
        result = rare(np.copy)
        assert result.means["dice"] == result.means["true_absent/structure"] == 1

    def test_table_report_and_summary_say_it(self, rare, folders, tmp_path, capsys):
        rare(lambda mask: np.where(np.arange(50) < 4, 1, mask).astype(np.uint8))
        targets = {kind: tmp_path / f"result.{kind}" for kind in ("csv", "json", "html")}
        files = [f"--table={targets['csv']}", f"--summary={targets['json']}", f"--html={targets['html']}"]
        code = main(["evaluate", *map(str, folders), "--labels=one", *files])
        assert code == 0
        printed = " ".join(capsys.readouterr().out.split())
        assert "Pictures with and without each label" in printed
        assert "true absent or false positive" in printed
        rows = list(csv.DictReader(targets["csv"].read_text("utf-8").splitlines()))
        assert [row["true_absent/structure"] for row in rows] == ["", "", "", *["0.0"] * 5]
        assert [row["dice/structure"] != "" for row in rows] == [True] * 3 + [False] * 5
        summary = json.loads(targets["json"].read_text("utf-8"))
        counts = {"pictures_with": 3, "missed": 0, "pictures_without": 5, "true_absent": 0, "false_positive": 5}
        assert summary["presence"] == {"structure": counts}
        assert summary["means"]["dice/structure"]["pictures"] == 3
        assert targets["html"].read_text("utf-8").count("false positive") >= 5

    def test_masks_that_are_all_empty_are_said(self, folders, capsys):
        for folder in folders:
            write_mask(folder / "a.png", np.zeros((40, 50), np.uint8), ONE_STRUCTURE)
        assert main(["evaluate", *map(str, folders), "--labels", "one"]) == 0
        assert "shows structure in no picture, so there is no Dice of it" in " ".join(capsys.readouterr().out.split())


class TestFigures:
    def test_differences_are_first_minus_second(self, folders, disc_mask):
        for name, down in (("a.png", 0), ("b.png", 5)):
            smaller = disc_mask.copy()
            smaller[50 - down : 50] = np.where(smaller[50 - down : 50] == 2, 1, smaller[50 - down : 50])
            write_mask(folders[0] / name, smaller, DISC_AND_CUP)
            write_mask(folders[1] / name, disc_mask, DISC_AND_CUP)
        result = figures_of(compared(*folders))
        assert [case.difference for case in result.cases] == pytest.approx([0, -5 / 40])
        assert result.limits.bias == pytest.approx(-5 / 80)
        assert worst_first(result.cases)[0].name == "b"

    def test_one_picture_is_not_called_several(self, folders, disc_mask):
        for folder in folders:
            write_mask(folder / "a.png", disc_mask, DISC_AND_CUP)
        report = str(document(figures_of(compared(*folders)), DAY))
        assert "Masks of 1 picture by two readers" in report
        assert "'picture compared'" in report

    def test_the_maximum_distance_is_asked_for(self, folders, disc_mask):
        ours = disc_mask.copy()
        ours[10:20, 50] = 1  # a hair of 10 pixels
        write_mask(folders[0] / "a.png", ours, DISC_AND_CUP)
        write_mask(folders[1] / "a.png", disc_mask, DISC_AND_CUP)
        result = figures_of(
            list(evaluate(find_sides(*folders, None, None), EvaluationSettings(max_distance=True, resamples=0)))
        )
        assert result.means["boundary_max_px/optic disc"] == pytest.approx(10)
        assert result.means["boundary_px/optic disc"] < 10
        assert result.estimates["dice"].interval is None


@pytest.fixture
def graded(project, write_picture, tmp_path, disc_mask):
    """A project: a to d corrected and predicted, e predicted only; d validates; a and b are of one patient."""
    for seed, name in enumerate("abcde"):
        case = project.add_image(
            write_picture(tmp_path / "in" / f"{name}.png", seed), patient="p" if name in "ab" else ""
        )
        project.save_prediction(case.id, shifted(disc_mask, seed), model="f00d", confidence=0.9)
        if name != "e":
            project.save_mask(case.id, disc_mask, model="f00d" if name == "c" else "")
    write_split(project.layout.split, {"patient:p": "train", "case:c": "train", "case:d": "validation"})
    return Project.open(project.root)


class TestProjects:
    def test_predictions_against_accepted_masks(self, graded):
        events = list(evaluate(find_sides(None, None, graded.root, None), FAST))
        result = figures_of(events)
        assert [case.name for case in result.cases] == list("abcd")
        assert result.grouped == 3
        said = [event.text for event in events if isinstance(event, Message)]
        assert "3 of the 4 cases are training cases" in said[0]
        assert "1 of the 4 masks was made from an accepted prediction" in said[1]
        assert not any(event.problem for event in events if isinstance(event, ItemDone))

    def test_validation_cases_alone(self, graded):
        result = figures_of(list(evaluate(find_sides(None, None, graded.root, None, validation_only=True), FAST)))
        assert [case.name for case in result.cases] == ["d"]
        assert result.remarks == ()

    def test_a_folder_against_a_project(self, graded, tmp_path, disc_mask):
        save(tmp_path / "reader" / "a_mask.png", disc_mask)
        for sides in ((tmp_path / "reader", None, graded.root), (tmp_path / "reader", graded.root, None)):
            events = list(evaluate(find_sides(*sides, None), FAST))
            assert [case.name for case in figures_of(events).cases] == ["a"]
            assert not any(event.problem for event in events if isinstance(event, ItemDone))

    def test_two_projects(self, graded):
        sides = find_sides(graded.root, graded.root, None, None)
        assert figures_of(list(evaluate(sides, FAST))).means["dice"] == 1
        assert sides.first.title != sides.second.title

    def test_without_what_is_asked_for(self, project, graded, tmp_path, disc_mask):
        save(tmp_path / "reader" / "a.png", disc_mask)
        with pytest.raises(UserError, match="Only a project knows"):
            find_sides(tmp_path / "reader", tmp_path / "reader", None, None, validation_only=True)
        with pytest.raises(LabelError, match=r"differ from the given ones \(.*optic cup against structure\)"):
            find_sides(tmp_path / "reader", None, graded.root, ONE_STRUCTURE)
        graded.layout.split.unlink()
        with pytest.raises(MaskError, match="no validation cases yet"):
            find_sides(None, None, graded.root, None, validation_only=True)
        bare = Project.create(tmp_path / "bare", DISC_AND_CUP)
        with pytest.raises(MaskError, match="no predictions"):
            find_sides(None, None, bare.root, None)
        with pytest.raises(MaskError, match="no masks yet"):
            find_sides(tmp_path / "reader", bare.root, None, None)


class TestWriting:
    def test_the_table_has_a_row_a_picture(self, folders, tmp_path, disc_mask):
        for name, down in (("=a.png", 4), ("b.png", 0)):
            write_mask(folders[1] / name, disc_mask, DISC_AND_CUP)
            write_mask(folders[0] / name, shifted(disc_mask, down), DISC_AND_CUP)
        list(Targets(table=tmp_path / "table.csv").write(figures_of(compared(*folders))))
        with (tmp_path / "table.csv").open(newline="") as file:
            rows = {row["mask"]: row for row in csv.DictReader(file)}
        assert set(rows) == {"'=a", "b"}
        assert float(rows["'=a"]["dice/optic disc"]) == 0.9
        assert float(rows["b"]["vcdr_difference"]) == 0

    def test_the_table_has_the_dialect_that_was_asked_for(self, folders, tmp_path, disc_mask):
        for reader, down in ((0, 4), (1, 0)):
            write_mask(folders[reader] / "0815.png", shifted(disc_mask, down), DISC_AND_CUP)
        path = tmp_path / "table.csv"
        words = ["evaluate", *map(str, folders), "--table", str(path), "--bootstrap", "0"]
        assert main([*words, "--csv-dialect", "excel-eu"]) == 0
        heading, row = csv.reader(path.read_text("utf-8-sig").splitlines(), delimiter=";")
        assert row[heading.index("mask")] == "'0815"
        assert row[heading.index("dice/optic disc")] == "0,9"
        assert main([*words, "--csv-dialect", "excel-de"]) == 2
        with pytest.raises(UserError, match="excel-de"):
            Targets(csv_dialect="excel-de").check()

    @pytest.mark.parametrize(("kind", "library"), [("parquet", "pyarrow"), ("xlsx", "openpyxl")])
    def test_tables_for_statistics_programs(self, graded, tmp_path, kind, library):
        reading = pytest.importorskip(library, reason="the extra tables is not installed")
        path = tmp_path / f"t.{kind}"
        assert [event.path for event in Targets(table=path).write(predicted(graded))] == [path]
        if kind == "parquet":
            from pyarrow.parquet import read_table

            assert read_table(path).column("mask").to_pylist() == list("abcd")
        else:
            rows = list(reading.load_workbook(path).active.values)
            assert [row[0] for row in rows] == ["mask", *"abcd"]
            assert isinstance(rows[1][1], int | float)

    def test_the_summary_is_json_that_a_script_can_read(self, graded, tmp_path):
        list(Targets(summary=tmp_path / "s.json").write(predicted(graded)))
        data = json.loads((tmp_path / "s.json").read_text())
        assert (data["pictures"], data["patients"]) == (4, 3)
        assert data["means"]["dice"]["interval"][0] <= data["means"]["dice"]["mean"]
        assert data["vcdr_limits_of_agreement"]["pictures"] == 4
        assert data["bootstrap"] == {"resamples": 50, "seed": 0, "kind": "BCa"}

    def test_the_report_names_no_patient_and_is_the_same_again(self, graded):
        result = predicted(graded)
        page = b"".join(render(document(result, DAY), "html"))
        assert page == b"".join(render(document(result, DAY), "html"))
        text = page.decode()
        assert "Bland-Altman" in text
        assert "The pictures are of 3 patients" in text
        assert "patient:p" not in text
        gallery = next(block for block in document(result, DAY).blocks if isinstance(block, Gallery))
        assert [card.name for card in gallery.cards] == ["d", "c", "b", "a"]
        assert all(card.jpeg for card in gallery.cards)

    def test_a_report_without_pictures_and_ratios(self, folders, disc_mask):
        write_mask(folders[0] / "a.png", disc_mask, DISC_AND_CUP)
        write_mask(folders[1] / "a.png", disc_mask, DISC_AND_CUP)
        text = b"".join(render(document(figures_of(compared(*folders)), DAY), "html")).decode()
        assert "Bland-Altman)" not in text
        assert "Lowest agreement" not in text

    def test_the_pdf(self, graded, tmp_path):
        pytest.importorskip("reportlab", reason="the extra report is not installed")
        list(Targets(pdf=tmp_path / "r.pdf").write(predicted(graded)))
        assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")

    def test_what_cannot_be_written_is_one_sentence(self, folders, tmp_path, disc_mask):
        for folder in folders:
            write_mask(folder / "a.png", disc_mask, DISC_AND_CUP)
        with pytest.raises(WriteError):
            list(Targets(table=tmp_path / "gone" / "table.csv").write(figures_of(compared(*folders))))
        with pytest.raises(WriteError, match=r"the folder .* does not exist"):
            Targets(summary=tmp_path / "gone" / "s.json").check()
        with pytest.raises(UserError, match="It must end in"):
            Targets(table=tmp_path / "table.doc").check()


class TestGuises:
    """A perfect reader scores 1, whatever program wrote the masks."""

    @pytest.mark.parametrize("guise", GUISES, ids=lambda guise: guise.name)
    def test_a_perfect_reader(self, folders, guise):
        for name in ("a", "b"):
            write_mask(folders[1] / f"{name}.png", disc_and_cup(), DISC_AND_CUP)
            folders[0].mkdir(exist_ok=True)
            guise.save(disc_and_cup(), folders[0] / f"{name}{guise.suffix}")
        means = figures_of(compared(*folders)).means
        assert means["dice"] == means["dice/optic disc"] == 1
        assert means.get("dice/optic cup") == (1 if guise.keeps_cup else None)

    @pytest.mark.parametrize(
        "name",
        ["{}_{}.png", "optic_{1}/{0}.png", "{}_optic{}s.png", "2. {1} masks/{0}.png", "{}/{}.png", "{0}_{2}.png"],
    )
    def test_a_file_for_each_label(self, folders, name):
        mask = disc_and_cup()
        for case in ("a", "b"):
            write_mask(folders[1] / f"{case}.png", mask, DISC_AND_CUP)
            save(folders[0] / name.format(case, "disc", "OD"), (mask > 0) * 255)
            save(folders[0] / name.format(case, "cup", "OC"), (mask > 1) * 255)
        result = figures_of(compared(*folders))
        assert result.pictures == 2
        assert result.means["dice"] == 1
        assert result.means["vcdr_error"] == 0

    def test_names_that_only_begin_alike_are_no_pair(self, folders):
        write_mask(folders[1] / "P1.png", disc_and_cup(), DISC_AND_CUP)
        write_mask(folders[0] / "P1_left.png", disc_and_cup(), DISC_AND_CUP)
        with pytest.raises(MaskError, match="has the name of one"):
            compared(*folders)
        loosely = list(evaluate(find_sides(*folders, None, None), FAST, MaskOptions(loose=True)))
        assert figures_of(loosely).means["dice"] == 1
