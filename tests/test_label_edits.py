"""Edits of a label set: values stay with their labels, and no value is given twice."""

from __future__ import annotations

import pytest

from unet_desktop import label_edits as edits
from unet_desktop.errors import LabelError
from unet_desktop.label_edits import LabelRow, describe_edit, edit_labels, rows_of
from unet_desktop.labels import DISC_AND_CUP, Label, LabelSet
from unet_desktop.masks.names import find_label

THREE = LabelSet(
    (
        Label(1, "disc", "#56b4e9", unique=True),
        Label(2, "cup", "#009e73", inside="disc", unique=True),
        Label(5, "vessel", "#e69f00"),
    )
)


def names(labels: LabelSet) -> list[str]:
    return [label.name for label in labels]


def test_a_renamed_label_keeps_its_value_and_its_children_and_remembers_its_names():
    twice = edits.rename(edits.rename(DISC_AND_CUP, "optic disc", "nerve head"), "nerve head", "Papille")
    disc, cup = twice
    assert (disc.value, disc.formerly) == (1, ("optic disc", "nerve head"))
    assert cup.inside == "Papille"
    assert twice.same_structures(DISC_AND_CUP)
    assert DISC_AND_CUP.same_structures(twice)
    assert DISC_AND_CUP.differences(twice) == twice.differences(DISC_AND_CUP) == []
    assert LabelSet.from_json(twice.to_json()).labels[0].formerly == disc.formerly
    assert edits.rename(twice, "Papille", "optic disc").labels[0].formerly == ("nerve head", "Papille")


def test_two_labels_can_swap_their_names():
    rows = rows_of(THREE)
    swapped = edit_labels(
        THREE, [LabelRow(1, "cup", "#56b4e9", None, True), LabelRow(2, "disc", "#009e73", 0, True), rows[2]]
    )
    assert [(label.value, label.name) for label in swapped] == [(1, "cup"), (2, "disc"), (5, "vessel")]
    assert swapped.same_structures(THREE)


def test_a_new_label_gets_a_value_that_none_has_or_had():
    fewer = edits.remove(THREE, "vessel")
    more = edits.add(fewer, "fovea")
    assert [label.value for label in more] == [1, 2, 6]
    assert edits.add(more, "rim", inside="disc").by_name("rim").inside == "disc"


def test_when_all_values_were_used_that_is_said():
    labels = LabelSet(tuple(Label(value, f"l{value}", "#000000") for value in range(1, 255)))
    with pytest.raises(LabelError, match="none is left"):
        edits.add(edits.remove(labels, "l7"), "another")


@pytest.mark.parametrize(
    ("name", "into", "becomes", "inside"),
    [
        ("cup", "disc", {2: 1}, {"disc": None, "vessel": None}),
        ("disc", "cup", {1: 2}, {"cup": None, "vessel": None}),
        ("disc", "vessel", {1: 5}, {"cup": "vessel", "vessel": None}),
    ],
)
def test_merging(name, into, becomes, inside):
    merged = edits.merge(THREE, name, into)
    assert merged.present_values() == becomes
    assert {label.name: label.inside for label in merged} == inside


def test_merging_into_a_label_two_levels_below_makes_no_circle():
    labels = LabelSet(
        (
            Label(1, "a", "#000000"),
            Label(2, "b", "#000000", "a"),
            Label(3, "c", "#000000", "b"),
            Label(4, "d", "#000000", "a"),
        )
    )
    merged = edits.merge(labels, "a", "c")
    assert {label.name: label.inside for label in merged} == {"b": None, "c": "b", "d": "c"}


def test_removing_gives_pixels_to_the_label_around():
    assert edits.remove(THREE, "cup").present_values() == {2: 1}
    assert edits.remove(THREE, "vessel").present_values() == {5: 0}
    both = edits.remove(edits.remove(THREE, "cup"), "disc")
    assert both.present_values() == {2: 0, 1: 0}
    assert names(edits.remove(THREE, "disc")) == ["cup", "vessel"]


def test_a_parent_comes_before_its_children_in_any_order_asked_for():
    assert names(edits.reorder(THREE, ["vessel", "cup"])) == ["vessel", "disc", "cup"]


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda: edits.rename(THREE, "cup", "Disc"), "unique name"),
        (lambda: edits.rename(THREE, "cup", "  "), "unique name"),
        (lambda: edits.rename(THREE, "nothing", "x"), 'no label "nothing"'),
        (lambda: edits.add(THREE, "vessel"), "unique name"),
        (lambda: edits.add(THREE, "x", "red"), "#rrggbb"),
        (lambda: edits.merge(THREE, "cup", "cup"), "into itself"),
        (lambda: edits.remove(edits.remove(edits.remove(THREE, "cup"), "vessel"), "disc"), "only label"),
        (lambda: edits.move_inside(THREE, "disc", "cup"), '"disc" and "cup" would be inside each other'),
        (lambda: edits.move_inside(THREE, "disc", "disc"), "inside each other"),
    ],
)
def test_what_cannot_be_is_said(edit, sentence):
    with pytest.raises(LabelError, match=sentence):
        edit()


def test_what_was_done_is_said():
    assert describe_edit(THREE, edits.rename(THREE, "cup", "excavation")) == ['"cup" renamed to "excavation"']
    assert describe_edit(THREE, edits.recolour(THREE, "cup", "#123456")) == ['"cup" now in #123456']
    assert describe_edit(THREE, edits.add(THREE, "fovea")) == ['"fovea" added']
    assert describe_edit(THREE, edits.merge(THREE, "vessel", "disc")) == ['"vessel" merged into "disc"']
    assert describe_edit(THREE, edits.remove(THREE, "vessel")) == ['"vessel" removed']
    assert describe_edit(THREE, edits.remove(THREE, "cup")) == ['"cup" merged into "disc"']
    assert describe_edit(THREE, edits.move_inside(THREE, "vessel", "disc")) == ['"vessel" now inside "disc"']
    assert describe_edit(THREE, edits.make_unique(THREE, "vessel", unique=True)) == [
        '"vessel" now at most one per picture'
    ]
    assert describe_edit(THREE, edits.reorder(THREE, ["vessel"])) == ["order changed"]
    assert describe_edit(THREE, THREE) == []


def test_files_of_others_may_name_a_label_as_it_was_named_before():
    labels = edits.rename(DISC_AND_CUP, "optic cup", "excavation")
    for name in ("excavation", "OpticCup", "optic_cup"):
        assert find_label(name, labels) == labels.by_name("excavation")
    both = edits.add(labels, "optic cup")
    assert find_label("optic_cup", both) == both.by_name("optic cup")
