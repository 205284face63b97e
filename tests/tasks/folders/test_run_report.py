import json
import math
import struct
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.file import write_mask
from unet_desktop.masks.trust import UNFAMILIAR
from unet_desktop.reports.document import FactList, Gallery, Heading, Paragraph, Plots, Table, Tiles
from unet_desktop.tasks.folders import report
from unet_desktop.tasks.folders.ledger import Entry
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.request import Request
from unet_desktop.tasks.folders.summary import MAX_LISTED, SHOWN, Distribution, PictureSummary, Summary, TopN

DISC_AND_CUP = LabelSet(
    (Label(1, "optic disc", "#56b4e9", unique=True), Label(2, "optic cup", "#009e73", "optic disc", unique=True))
)
NUCLEI = LabelSet((Label(1, "nucleus", "#56b4e9"),))
ENDED = datetime(2026, 11, 25, 23, 40, tzinfo=UTC)


def write_model(path, labels):
    """A model file without weights: a report reads only what it says of itself."""
    header = CheckpointHeader(
        labels=labels,
        networks={},
        preset="fast",
        training={"epochs": 3},
        metrics={"dice/optic disc": 0.97},
        data={"train": 4},
        versions={"unet-desktop": "0.1.0"},
        created="2026-11-25T20:00:00+00:00",
        weights_sha256="ab" * 32,
    )
    head = json.dumps({"__metadata__": header.to_metadata()}).encode()
    path.write_bytes(struct.pack("<Q", len(head)) + head)
    return path


@pytest.fixture
def request_of(tmp_path):
    def make(labels=DISC_AND_CUP, reports=("html",)):
        (tmp_path / "out").mkdir(exist_ok=True)
        return Request(
            sources=(tmp_path / "photographs",),
            output=tmp_path / "out",
            model=write_model(tmp_path / "my model.safetensors", labels),
            outputs=Outputs(reports=reports),
        )

    return make


def entry(number, path="gone.jpg", image="", **row):
    row = {"found": True, "confidence": 0.9, "vertical_cup_to_disc_ratio": 0.5, "mask": "", "note": ""} | row
    image = image or f"eye {number:05d}.jpg"
    return Entry(image=image, name=image, path=str(path), model="", outputs="", row=row)


def failed(number, problem):
    image = f"bad {number}.jpg"
    return Entry(image=image, name=image, path=f"/home/me/{image}", model="", outputs="", problem=problem)


def summary_of(entries):
    summary = Summary()
    for one in entries:
        summary.add(one)
    return summary


def section(document, title):
    """The blocks under a heading."""
    places = [at for at, block in enumerate(document.blocks) if isinstance(block, Heading) and block.level == 2]
    for start, end in zip(places, [*places[1:], len(document.blocks)], strict=True):
        if document.blocks[start].text == title:
            return document.blocks[start + 1 : end]
    return ()


def headings(document):
    return [block.text for block in document.blocks if isinstance(block, Heading) and block.level == 2]


def only(blocks, kind):
    (found,) = [block for block in blocks if isinstance(block, kind)]
    return found


@given(st.lists(st.tuples(st.floats(-1, 1), st.integers())), st.integers(1, 6))
def test_the_foremost_are_those_that_sorting_all_would_give(things, most):
    foremost = TopN(most)
    for key, thing in things:
        foremost.add(key, thing)
    ordered = sorted(things, key=lambda pair: -pair[0])[:most]  # stable: of equal keys the first stay
    assert foremost.highest_first() == [thing for _, thing in ordered]
    assert foremost.seen == len(things)


@given(st.lists(st.floats(0, 1), min_size=1), st.floats(0.01, 0.99))
def test_a_quantile_is_right_to_a_thousandth(values, share):
    spread = Distribution()
    for value in values:
        spread.add(value)
    assert spread.quantile(share) == pytest.approx(np.quantile(values, share, method="inverted_cdf"), abs=0.0011)
    assert sum(spread.histogram(20)) == len(spread) == len(values)


def test_ratios_at_the_edges_of_bars_are_counted_above_them():
    spread = Distribution()
    for value in (0.0, 0.05, 0.15, 0.55, 0.95, 1.0, math.nan):
        spread.add(value)
    bars = spread.histogram(20)
    assert [at for at, count in enumerate(bars) if count] == [0, 1, 3, 11, 19]
    assert bars[19] == 2
    assert math.isnan(Distribution().quantile(0.5))


def test_flags_come_from_their_columns_or_from_what_older_tables_say():
    assert PictureSummary.from_entry(entry(1)).flags == ()
    assert PictureSummary.from_entry(entry(1, found=False)).flags == ("nothing found",)
    assert PictureSummary.from_entry(entry(1, note=f"Turned. {UNFAMILIAR}")).flags == ("unfamiliar",)
    kind = {"flag_unfamiliar": True, "unfamiliar_kind": "camera and framing"}
    assert PictureSummary.from_entry(entry(1, **kind)).flags == ("another camera", "another framing")
    kind = {"flag_unfamiliar": True, "unfamiliar_kind": ""}
    assert PictureSummary.from_entry(entry(1, **kind)).flags == ("unfamiliar",)
    columns = {"flag_not_found": False, "flag_several": True, "flag_cut": True, "flag_poor_quality": True}
    assert PictureSummary.from_entry(entry(1, **columns)).flags == (
        "several candidates",
        "cut by the border",
        "poor quality",
    )


def test_a_page_of_a_file_is_found_again():
    assert PictureSummary.from_entry(entry(1, "/x/scan.tif", "a/scan.tif#3")).page == 2
    assert PictureSummary.from_entry(entry(1, "/x/eye #3", "a/eye #3")).page == 0


def test_the_report_counts_shows_and_orders(request_of):
    ratios = [0.2 + number / 100 for number in range(60)]
    entries = [
        entry(number, vertical_cup_to_disc_ratio=ratio, confidence=1 - ratio / 2) for number, ratio in enumerate(ratios)
    ]
    entries += [entry(60, found=False, confidence=0.0, vertical_cup_to_disc_ratio="")]
    entries += [failed(1, "/home/me/bad 1.jpg is damaged. Copy it again.")]
    document = report.report_of(request_of(), summary_of(entries), 70, ENDED)

    assert document.title == "Optic disc and optic cup in 70 pictures"
    assert "25 November 2026, 23:40 UTC" in document.subtitle
    tiles = {tile.title: tile for tile in only(document.blocks, Tiles).tiles}
    assert {title: tile.value for title, tile in tiles.items()} == {
        "pictures": "70",
        "segmented": "61",
        "failed": "1",
        "flagged": "1",
        "median vCDR": "0.49",
    }
    assert tiles["pictures"].remark == "8 not reached"

    uncertain = only(section(document, "Least certain"), Gallery).cards
    assert [card.name for card in uncertain] == [f"eye {number:05d}.jpg" for number in range(59, 59 - SHOWN, -1)]
    assert only(section(document, "Largest ratios"), Gallery).cards[0].lines == ("vCDR 0.79", "confidence 0.60")
    _, flagged = [block for block in section(document, "Flagged pictures") if isinstance(block, Table)]
    assert flagged.rows == (("eye 00060.jpg", "–", "0.00", "nothing found"),)
    assert only(section(document, "Failures"), Table).rows == (("bad 1.jpg", "bad 1.jpg is damaged. Copy it again."),)

    table = only(section(document, "All pictures"), Table)
    assert len(table.rows) == 61
    uncertain_first, largest_first = table.orders
    assert uncertain_first.ranks[60] == 0
    assert uncertain_first.ranks[59] == 1
    assert largest_first.ranks[59] == 0
    assert largest_first.ranks[60] == 60
    _, against = only(section(document, "Distribution"), Plots).plots
    assert len(against.figure.points) == 60
    assert {"Settings", "Definitions", "Model card: my model"} <= set(headings(document))


def test_a_report_of_failures_alone_says_so(request_of):
    document = report.report_of(request_of(), summary_of([failed(1, "Damaged.")]), 1, ENDED)
    assert headings(document)[0] == "Failures"
    assert "Distribution" not in headings(document)


def test_other_labels_have_no_ratio(request_of):
    entries = [entry(number, vertical_cup_to_disc_ratio="") for number in range(3)]
    document = report.report_of(request_of(NUCLEI), summary_of(entries), 3, ENDED)
    assert document.title == "Nucleus in 3 pictures"
    assert "Largest ratios" not in headings(document)
    assert [column.title for column in only(section(document, "All pictures"), Table).columns] == [
        "picture",
        "confidence",
        "remarks",
    ]
    assert "vCDR" not in str(section(document, "Definitions"))


def test_close_ups_are_read_again_and_those_that_are_gone_left_out(request_of, tmp_path, write_picture):
    request = request_of()
    write_picture(tmp_path / "there.png", size=96)
    mask = np.zeros((96, 96), np.uint8)
    mask[30:60, 30:60] = 1
    write_mask(request.output / "there.png", mask, DISC_AND_CUP)
    entries = [entry(1, tmp_path / "there.png", mask="there.png"), entry(2, tmp_path / "gone.png", mask="gone.png")]
    document = report.report_of(request, summary_of(entries), 2, ENDED)
    there, gone = only(section(document, "Largest ratios"), Gallery).cards
    assert there.jpeg is not None
    assert there.jpeg.startswith(b"\xff\xd8")
    assert gone.jpeg is None


def test_ten_thousand_pictures_and_more_stay_a_file_that_can_be_sent(request_of):
    total = MAX_LISTED + 500
    ratios = np.random.default_rng(1).uniform(0.2, 0.9, total).round(4).tolist()
    entries = (
        entry(number, vertical_cup_to_disc_ratio=ratio, confidence=round(1 - ratio / 3, 4))
        for number, ratio in enumerate(ratios)
    )
    request = request_of(reports=("html", "pdf"))
    html, pdf = (event.path for event in report.write_reports(request, entries, total, ENDED))
    assert html.stat().st_size < 3_000_000
    assert pdf.stat().st_size < 1_000_000
    text = html.read_text("utf-8")
    assert text.count("<tr style=") == MAX_LISTED
    assert f"The 10,000 least certain of {total:,}" in text
    assert "<title>eye " not in text  # so many points are shown as a density


def test_a_report_is_the_same_twice_and_nothing_is_written_unasked(request_of):
    def write(reports):
        written = report.write_reports(request_of(reports=reports), [entry(1), failed(1, "No.")], 2, ENDED)
        return [event.path.read_bytes() for event in written]

    assert write(("html", "pdf")) == write(("html", "pdf"))
    assert write(()) == []


def test_names_of_files_cannot_change_the_report(request_of):
    odd = "<img src=x onerror=alert(1)>.jpg"
    (written,) = report.write_reports(request_of(), [entry(1, odd, odd)], 1, ENDED)
    assert "<img src=x" not in written.path.read_text("utf-8")


def test_a_run_without_masks_says_why_there_are_no_outlines(request_of):
    request = replace(request_of(), outputs=Outputs(masks=False, reports=("html",)))
    document = report.report_of(request, summary_of([entry(1)]), 1, ENDED)
    (note, gallery) = section(document, "Least certain")
    assert "no masks" in note.text
    assert gallery.legend == ()


def test_of_thousands_of_sources_a_few_are_named(request_of, tmp_path):
    request = replace(request_of(), sources=tuple(tmp_path / f"eye {number}.jpg" for number in range(5000)))
    document = report.report_of(request, summary_of([entry(1)]), 5000, ENDED)
    named = dict(only(section(document, "Settings"), FactList).pairs)["Pictures"]
    assert named.endswith("; … and 4,992 more")
    assert "eye 2.jpg, …" in document.subtitle


def test_long_lists_of_a_model_card_are_cut(request_of):
    request = request_of()
    document = report.report_of(request, summary_of([entry(1)]), 1, ENDED)
    assert any("Segments optic disc, optic cup" in p.text for p in document.blocks if isinstance(p, Paragraph))
    assert report._cut("eye 1, " * 300).endswith("eye 1, … (see the model card for the rest)")
    assert len(report._cut("eye 1, " * 300)) < 450
