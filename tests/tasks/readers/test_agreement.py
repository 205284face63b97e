"""Agreement of readers, where they differ most, their consensus, and who reads what."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime

import numpy as np
import pytest
from reader_squares import square

from unet_desktop.errors import ProjectError, UserError
from unet_desktop.project.assignment import assign
from unet_desktop.project.case_query import CaseQuery, matching_ids
from unet_desktop.project.project import Project
from unet_desktop.project.rename import rename_case
from unet_desktop.project.trail import Act, read
from unet_desktop.project.workbooks import list_workbooks, make_workbook, workbook_of
from unet_desktop.reports.document import Heading, Plots
from unet_desktop.tasks.evaluation.targets import Targets
from unet_desktop.tasks.events import ItemDone, ReadersAgreement, ReadersCompared
from unet_desktop.tasks.folders.csv_dialect import parse_dialect
from unet_desktop.tasks.readers.agreement import ALL, ONESELF, PAIR, PROJECT, find_agreement, write_agreement
from unet_desktop.tasks.readers.agreement_report import document, write_files
from unet_desktop.tasks.readers.consensus import Method, make_consensus
from unet_desktop.tasks.readers.disagreement import find_disagreements


def last(events, kind):
    (found,) = [event for event in events if isinstance(event, kind)]
    return found


def rows_of(found, first, second):
    return {row.measure: row for row in found.rows if (row.first, row.second, row.period) == (first, second, "all")}


def test_all_pairs_and_a_reader_with_oneself(study, tmp_path):
    found = last(find_agreement(study.root, resamples=0), ReadersAgreement)
    kinds = {(row.first, row.second): row.kind for row in found.rows}
    assert kinds == {
        ("Anna", "Anna (2)"): ONESELF,
        ("Anna", "Ben"): PAIR,
        ("Anna", "Cy"): PAIR,
        ("Anna (2)", "Ben"): PAIR,
        ("Anna (2)", "Cy"): PAIR,
        ("Ben", "Cy"): PAIR,
        ("Anna, Ben, Cy", ""): ALL,
    }
    rows = rows_of(found, "Anna", "Cy")
    assert rows["Dice, optic disc"].value == 1.0
    # cups of 4, 7, 10 against 7, 10, 13 pixels in squares of 20
    dice = [2 * a * a / (a * a + b * b) for a, b in ((4, 7), (7, 10), (10, 13))]
    assert rows["Dice, optic cup"].value == pytest.approx(np.mean(dice))
    bias = rows["vCDR, mean difference"]
    assert (bias.cases, bias.value) == (3, pytest.approx(-3 / 20))
    limits = rows["vCDR, limits of agreement"]
    assert (limits.low, limits.high) == (pytest.approx(-0.15), pytest.approx(-0.15))
    assert rows["quality, same grade"].value == pytest.approx(1 / 3)
    # bad fair good against fair good good, quadratic: observed (1 + 1) / 4 / 3; by chance all nine pairs
    chance = np.mean([(a - b) ** 2 / 4 for a in (0, 1, 2) for b in (1, 2, 2)])
    assert rows["quality, kappa (quadratic)"].value == pytest.approx(1 - (2 / 4 / 3) / chance)
    assert rows["age, mean difference"].value == pytest.approx(-3)
    assert rows_of(found, "Anna", "Ben")["quality, kappa (unweighted)"].value == 1.0
    path = tmp_path / "agreement.csv"
    assert [event.path for event in write_agreement(found, path, parse_dialect("plain"))] == [path]
    with path.open(newline="") as file:
        written = list(csv.DictReader(file))
    assert len(written) == len(found.rows)
    assert written[0]["first"] == "Anna"
    with pytest.raises(UserError, match="is not the name of a table"):
        next(write_agreement(found, tmp_path / "agreement.doc", parse_dialect("plain")))


def test_the_report_has_a_table_and_plots_for_each_pair(study, tmp_path):
    found = last(find_agreement(study.root, resamples=0), ReadersAgreement)
    made = document(found, datetime(2026, 12, 1, tzinfo=UTC))
    headings = [block.text for block in made.blocks if isinstance(block, Heading)]
    assert headings[:2] == ["Anna and Anna (2)", "Anna and Ben"]
    assert headings[-2:] == ["Anna, Ben, Cy", "Methods"]
    assert sum(isinstance(block, Plots) for block in made.blocks) == 6
    targets = Targets(tmp_path / "a.csv", None, tmp_path / "a.html")
    assert [event.what for event in write_files(found, targets)] == ["table", "report"]
    targets.check()  # they are known as the program's own
    assert "Anna and Ben" in (tmp_path / "a.html").read_text("utf-8")


def test_over_time_and_with_the_consensus(study):
    study.save_mask("p0", square(20, 4))
    found = last(find_agreement(study.root, resamples=0, months=True, with_project=True), ReadersAgreement)
    assert {row.kind for row in found.rows} == {ONESELF, PAIR, PROJECT, ALL}
    with_project = rows_of(found, "Anna", "project Ward 3")
    assert (with_project["Dice, optic cup"].cases, with_project["Dice, optic cup"].value) == (1, 1.0)
    assert {row.period for row in found.rows} == {"all"}  # one month is all of them
    rename_case(study, "p0", "renamed")  # in the project; the readings keep the name of before
    found = last(find_agreement(study.root, resamples=0, with_project=True), ReadersAgreement)
    assert rows_of(found, "Anna", "project Ward 3")["Dice, optic cup"].cases == 1
    workbook = workbook_of(study.layout, "Ben")
    record = Project.open(workbook.root).layout.record("p1")
    record.write_text(re.sub('"changed_at": "....-..', '"changed_at": "2099-05', record.read_text()))
    found = last(find_agreement(study.root, resamples=0, months=True), ReadersAgreement)
    later = [row for row in found.rows if row.period == "2099-05" and row.measure == "Dice, optic cup"]
    assert [(row.first, row.second, row.cases) for row in later] == [
        ("Anna", "Ben", 1),
        ("Anna (2)", "Ben", 1),
        ("Ben", "Cy", 1),
    ]


def test_nothing_to_compare_is_said(study, tmp_path):
    for name in ("Anna", "Ben", "Cy"):
        workbook = Project.open(workbook_of(study.layout, name, 1).root)
        for case in workbook.cases():
            workbook.remove_case(case.id)
    with pytest.raises(ProjectError, match="No case has been read by two readers yet"):
        list(find_agreement(study.root))
    with pytest.raises(ProjectError, match="No case has been read by two readers yet"):
        list(find_disagreements(study.root))


def test_readings_that_lack_a_label_of_the_project_are_named(study):
    """The masks are there, so "nobody has read it" would mislead."""
    data = json.loads(study.layout.manifest.read_text("utf-8"))
    data["labels"].append({"value": 3, "name": "vessel", "colour": "#e69f00", "inside": None, "unique": False})
    study.layout.manifest.write_text(json.dumps(data), "utf-8")
    with pytest.raises(ProjectError, match=r"The labels of the reading of Anna differ .* Open that reading once"):
        list(find_disagreements(study.root))


def test_the_largest_disagreement_comes_first(study):
    found = last(find_disagreements(study.root), ReadersCompared)
    assert [(case.name, case.readers) for case in found.cases] == [("p0", 4), ("p1", 4), ("p2", 4)]
    assert found.cases[0].dice == pytest.approx((1 + 2 * 16 / (16 + 49)) / 2)
    assert found.cases[0].ratio_range == pytest.approx(3 / 20)


def test_consensus_fills_cases_without_a_mask_and_changes_no_other(study):
    study.save_mask("p0", square(30))
    for reader, turn in (("Anna", 1), ("Anna", 2), ("Ben", 1)):
        Project.open(workbook_of(study.layout, reader, turn).root).remove_case("p2")
    events = [event for event in make_consensus(study.root, Method.MAJORITY) if isinstance(event, ItemDone)]
    assert [(event.name, event.problem) for event in events] == [("p1", ""), ("p2", "")]
    filled = Project.open(study.root)
    assert (filled.load_mask("p0") == square(30)).all()
    assert (filled.load_mask("p1") == square(20, 8)).all()  # of 7, 8, 9 and 10: a tie is not drawn
    assert (filled.load_mask("p2") == square(20, 13)).all()
    noted = [entry.detail for entry in read(filled.layout).entries if entry.act == Act.ADJUDICATED]
    assert noted == ["majority of Anna, Anna (2), Ben, Cy", "from Cy"]
    assert list(make_consensus(study.root, Method.STAPLE)) == []


def test_consensus_keeps_that_there_is_no_cup(study):
    reading = Project.open(make_workbook(study, "Dora", case_ids=["p1"]).root)
    only_disc = np.minimum(square(20), 1).astype(np.uint8)
    for name in ("Anna", "Ben", "Cy"):
        for found in (one for one in list_workbooks(study.layout) if one.workbook.reader == name):
            Project.open(found.root).delete_mask("p1")
    reading.save_mask("p1", only_disc)
    reading.mark("p1", no_cup=True, not_annotated=(2,))
    list(make_consensus(study.root, Method.SINGLE))
    case = Project.open(study.root).case("p1")
    assert (case.no_cup, case.not_annotated, case.incomplete) == (True, (2,), False)


def test_single_leaves_what_readers_differ_in(study):
    notes = {event.note for event in make_consensus(study.root, Method.SINGLE)}
    assert notes == {"Readers differ; adjudicate it."}
    assert Project.open(study.root).load_mask("p1") is None


def test_cases_are_assigned_by_patient_and_found(study):
    assert assign(study, ["Anna", "Ben"], per_case=1) == {"Anna": 2, "Ben": 1}
    cases = Project.open(study.root).cases()
    assert cases[0].assigned_to == cases[1].assigned_to != cases[2].assigned_to
    assert matching_ids(cases, CaseQuery("assigned:anna")) == {"p0", "p1"}
    assert matching_ids(cases, CaseQuery("assigned: p2")) == {"p2"}
    assert assign(study, ["Anna", "Ben"], ["p0"]) == {"Anna": 1, "Ben": 1}
    assert study.case("p0").assigned_to == ("Anna", "Ben")
    assert assign(study, []) == {}
    assert matching_ids(study.cases(), CaseQuery("assigned:")) == set()
    with pytest.raises(ProjectError, match="but 1 are named"):
        assign(study, ["Anna"], per_case=2)
    with pytest.raises(ProjectError, match="given once"):
        assign(study, ["Anna", "anna"])
