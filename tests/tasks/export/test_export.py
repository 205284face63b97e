from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from tests.tasks.folders.test_rows import row_of
from unet_desktop.engine.events import Message
from unet_desktop.errors import ProjectError, UserError, WriteError
from unet_desktop.images.laterality import Eye
from unet_desktop.label_edits import add
from unet_desktop.labels import DISC_AND_CUP, NOT_ANNOTATED
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.measurement_tracker import MeasurementTracker
from unet_desktop.project.case_query import CaseFilter
from unet_desktop.project.project import Project
from unet_desktop.project.relabel import relabel
from unet_desktop.project.trail import read
from unet_desktop.tasks.events import ExportDone, ItemDone
from unet_desktop.tasks.export.request import Selection, suggest_place
from unet_desktop.tasks.export.run import export_cases
from unet_desktop.tasks.folders.outputs import Outputs


def rows_of(out):
    with (out / "measurements.csv").open(newline="") as file:
        return {row["case"]: row for row in csv.DictReader(file)}


def test_masks_and_table_of_all_that_people_drew(corrected, export, out):
    events = export()
    assert events[-1] == ExportDone(exported=3, failed=0, without_mask=1)
    rows = rows_of(out)
    assert list(rows) == ["a_OD", "a_OS", "b"]
    assert not (out / "masks" / "c.png").exists()
    for case_id, row in rows.items():
        mask = read_mask(out / row["mask"], DISC_AND_CUP)
        assert np.array_equal(mask, corrected.load_mask(case_id))
    assert (rows["b"]["state"], rows["b"]["notes"], rows["b"]["patient"]) == ("approved", "haemorrhage?", "Roe")
    assert (rows["a_OD"]["state"], rows["a_OD"]["eye"], rows["a_OD"]["eye_from"]) == ("corrected", "right", "project")
    assert all(row["changed"] and row["created"] for row in rows.values())


def test_figures_are_those_of_a_folder_run_of_the_same_mask(corrected, export, out):
    export()
    row, expected = rows_of(out)["a_OD"], row_of(corrected.load_mask("a_OD"))
    measured = [name for name in expected if name.endswith(("_px", "_ratio")) or "oclock" in name]
    assert len(measured) > 40
    shared = {name: row[name] for name in measured if name not in {"rim_nasal_px", "rim_temporal_px"}}
    assert shared == {name: str(expected[name]) for name in shared}


def test_figures_are_those_of_the_measure_panel(corrected, export, out):
    mask = corrected.load_mask("b")
    mask[:3, :3] = 1  # a second piece, which the panel does not measure
    mask[50:, :10] = NOT_ANNOTATED
    corrected.save_mask("b", mask)
    corrected.set_scale(0.02)
    export()
    shown, row = MeasurementTracker(mask, DISC_AND_CUP).measure_largest(), rows_of(out)["b"]
    assert row["vertical_cup_to_disc_ratio"] == str(round(shown.vertical, 4))
    assert row["optic_disc_area_px"] == str(shown.extents[0].area) == str(28 * 30)
    assert row["optic_disc_height_mm"] == str(0.6)
    assert row["note"] == "In several pieces, of which the largest is measured: optic disc."


def test_a_trail_that_was_changed_is_said(corrected, export, out):
    path = corrected.layout.trail
    path.write_bytes(path.read_bytes().replace(b"created", b"removed", 1))
    said = [event.text for event in export() if isinstance(event, Message)]
    assert any("trail is not whole" in text for text in said)
    assert json.loads((out / "export.json").read_text())["trail"]["problems"] > 0


def test_size_of_a_pixel_and_eye_are_found_as_in_the_window(corrected, export, out):
    corrected.set_scale(0.02)
    corrected.set_camera_factor(0.02)
    corrected.grade("a_OD", axial_length_mm=24.0)
    corrected.mark("b", eye=Eye.UNKNOWN)
    corrected.grade("b", fovea=(70.0, 30.0))
    export()
    rows = rows_of(out)
    assert float(rows["a_OD"]["pixel_height_mm"]) == pytest.approx(0.02 * 0.01306 * (24.0 - 1.82))
    assert rows["b"]["pixel_height_mm"] == "0.02"
    assert (rows["b"]["eye"], rows["b"]["eye_from"]) == ("left", "fovea")


def test_how_much_of_the_proposal_was_changed(corrected, export, out):
    proposed = corrected.load_mask("a_OD")
    for case_id in ("a_OD", "a_OS"):
        corrected.delete_mask(case_id)
        corrected.save_prediction(case_id, proposed, model="f00d" * 16, confidence=0.9)
        corrected.save_mask(case_id, proposed, model="f00d" * 16)
    changed = proposed.copy()
    changed[12:27] = 0  # the upper half of the disc, with a part of the cup
    corrected.save_mask("a_OS", changed)
    export()
    rows = rows_of(out)
    assert rows["a_OD"]["dice_to_proposal"] == "1.0"
    assert rows["a_OD"]["proposed_by_model"] == "f00df00df00df00d"
    assert float(rows["a_OS"]["optic_disc_dice_to_proposal"]) == pytest.approx(2 / 3, abs=1e-4)
    assert rows["b"]["proposed_by"] == rows["b"]["dice_to_proposal"] == ""


def test_header_carries_the_end_of_the_trail(corrected, export, out):
    export()
    header = json.loads((out / "export.json").read_text())
    trail = read(corrected.layout)
    number, digest = trail.end.number, trail.end.digest
    assert header["trail"] == {"number": number, "digest": digest, "problems": 0}
    assert number == trail.entries[-1].number
    corrected.mark("b", flagged=True)
    lines = corrected.layout.trail.read_bytes().splitlines()
    assert json.loads(lines[-1])["previous"] == digest


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(filters=(CaseFilter.APPROVED,)), ["b"]),
        (Selection(filters=(CaseFilter.APPROVED, CaseFilter.CORRECTED)), ["a_OD", "a_OS", "b"]),
        (Selection(words="doe a_os"), ["a_OS"]),
        (Selection(ids=("b", "a_OD")), ["a_OD", "b"]),
        (Selection(ids=("b, a_OD",)), ["a_OD", "b"]),
    ],
)
def test_chosen_cases(export, out, selection, expected):
    export(selection=selection)
    assert list(rows_of(out)) == expected


def test_case_without_mask_is_a_problem_only_if_asked_for_by_name(export):
    events = export(selection=Selection(ids=("a_OD", "c")))
    (problem,) = [event for event in events if isinstance(event, ItemDone) and event.problem]
    assert problem.problem == "c has no mask that a person drew or accepted, so it is left out."
    assert events[-1] == ExportDone(exported=1, failed=1, without_mask=1)
    assert not [event for event in export() if isinstance(event, ItemDone) and event.problem]


def test_choices_that_leave_nothing_are_refused(ask):
    with pytest.raises(UserError, match="None of these cases has a mask"):
        export_cases(ask(selection=Selection(words="c", filters=(CaseFilter.NEW,))))
    with pytest.raises(ProjectError, match="is not a project"):
        export_cases(ask(root=ask().root.parent))
    with pytest.raises(ProjectError, match='no case "nobody"'):
        export_cases(ask(selection=Selection(ids=("nobody",))))
    with pytest.raises(ProjectError, match="No case of the project matches"):
        export_cases(ask(selection=Selection(words="nobody")))


def test_folders_in_projects_are_refused(corrected, ask):
    other = Project.create(corrected.root.with_name("other"), DISC_AND_CUP)
    for place in (corrected.root, corrected.root / "export", other.root, other.root / "export" / "of today"):
        with pytest.raises(UserError, match="is in a project"):
            export_cases(ask(output=place))


def test_places_are_suggested_outside_of_projects(corrected):
    own = Project.create(corrected.root / "readers" / "Anna", DISC_AND_CUP)
    assert suggest_place(own.root, "-export") == corrected.root.with_name("Anna-export")
    assert suggest_place(corrected.root, "-export") == corrected.root.with_name("project-export")


def test_masks_of_people_and_of_models_are_not_mixed(export, ask, out):
    export()
    lines = (out / "results.jsonl").read_text().replace('"people"', '"0123"')
    (out / "results.jsonl").write_text(lines)
    with pytest.raises(WriteError, match="holds the results of a model"):
        export_cases(ask())


def test_files_of_others_are_not_overwritten(export, ask, out):
    export()
    export()  # its own files it may
    (out / "masks" / "b.png").write_bytes(b"mine")
    (out / "export.json").write_text("{}")
    with pytest.raises(WriteError, match=r"export\.json was changed"):
        export_cases(ask())
    (out / "export.json").unlink()
    with pytest.raises(WriteError, match=r"b\.png was changed"):
        export_cases(ask())
    export(replace=True)
    assert (out / "masks" / "b.png").read_bytes() != b"mine"


def test_damaged_mask_and_picture_do_not_stop_the_rest(corrected, export, out):
    corrected.layout.mask("a_OS").write_bytes(b"no mask")
    corrected.image_path("b").write_bytes(b"no picture")
    events = export()
    problems = {event.name: event.problem for event in events if isinstance(event, ItemDone) and event.problem}
    assert problems.keys() == {"a_OS", "b"}
    assert events[-1] == ExportDone(exported=1, failed=2, without_mask=1)
    assert "a_OS" in (out / "errors.csv").read_text()


def test_what_is_complete_is_kept_when_it_is_stopped(ask, out):
    events = export_cases(ask())
    while not isinstance(next(events), ItemDone):
        pass
    events.close()
    assert len(rows_of(out)) == 1


def test_all_outputs_of_a_folder_run(export, out):
    contours = frozenset({"geojson", "coco", "labelme"})
    export(outputs=Outputs(regions=True, overlays=True, contours=contours, tables=("csv", "xlsx", "parquet")))
    places = ["regions/optic_cup/b.png", "overlays/b.jpg", "contours/coco.json", "contours/geojson/b.geojson"]
    places += ["contours/labelme/b.json", "measurements.xlsx", "measurements.parquet"]
    assert [place for place in places if not (out / place).is_file()] == []
    assert len(json.loads((out / "contours" / "coco.json").read_text())["images"]) == 3


def test_a_label_that_was_added_after_a_mask_was_drawn_is_said_to_be_open(corrected, export, out):
    list(relabel(corrected, add(corrected.labels, "vessel")))
    export()
    assert rows_of(out)["b"]["note"] == "The mask says nothing of vessel, added to the project later."
