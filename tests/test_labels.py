from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.errors import LabelError
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE, TEMPLATES, Label, LabelSet

RED, GREEN = "#ff0000", "#00ff00"

NESTED = LabelSet(
    (
        Label(10, "retina", RED),
        Label(3, "disc", GREEN, inside="retina", unique=True),
        Label(7, "vessel", RED, inside="retina"),
        Label(5, "cup", GREEN, inside="disc", unique=True),
    )
)


@st.composite
def label_sets(draw):
    values = draw(st.lists(st.integers(1, 254), min_size=1, max_size=8, unique=True))
    names = draw(
        st.lists(st.text(min_size=1).filter(str.strip), min_size=len(values), max_size=len(values), unique=True)
    )
    labels = []
    for index, (value, name) in enumerate(zip(values, names, strict=True)):
        inside = draw(st.sampled_from([None, *names[:index]]))
        colour = f"#{draw(st.integers(0, 0xFFFFFF)):06x}"
        labels.append(Label(value, name, colour, inside, draw(st.booleans())))
    return LabelSet(tuple(labels))


def test_the_default_is_disc_and_cup_inside_it():
    disc, cup = DISC_AND_CUP
    assert (disc.value, disc.name, disc.inside) == (1, "optic disc", None)
    assert (cup.value, cup.name, cup.inside) == (2, "optic cup", "optic disc")
    assert DISC_AND_CUP.parent(cup) == disc
    assert DISC_AND_CUP.parent(disc) is None


def test_templates_offer_the_default_one_structure_and_custom():
    assert TEMPLATES == {"Optic disc and cup": DISC_AND_CUP, "One structure": ONE_STRUCTURE, "Custom": None}


def test_a_region_is_the_label_and_everything_inside_it():
    regions = {label.name: set(NESTED.region_values(label)) for label in NESTED}
    assert regions == {"retina": {10, 3, 7, 5}, "disc": {3, 5}, "vessel": {7}, "cup": {5}}


def test_the_located_label_is_the_outermost_unique_one():
    assert DISC_AND_CUP.location_label() == DISC_AND_CUP.by_name("optic disc")
    assert ONE_STRUCTURE.location_label() is None


def test_labels_are_found_by_value_and_name():
    assert NESTED.by_value(7) == NESTED.by_name("vessel")
    assert [NESTED.by_value(value) for value in (0, 255, 99)] == [None, None, None]
    with pytest.raises(LabelError, match='no label "lens"; there are retina, disc, vessel, cup'):
        NESTED.by_name("lens")


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ((), "at least one"),
        ((Label(0, "a", RED),), "from 1 to 254"),
        ((Label(255, "a", RED),), "from 1 to 254"),
        ((Label(-1, "a", RED),), "from 1 to 254"),
        ((Label(1, "a", RED), Label(1, "b", RED)), "Two labels have the value 1"),
        ((Label(1, "a", RED), Label(2, "a", RED)), "empty or taken"),
        ((Label(1, "  ", RED),), "empty or taken"),
        ((Label(1, "a", "red"),), "#rrggbb"),
        ((Label(1, "a", "#ff00"),), "#rrggbb"),
        ((Label(1, "a", RED, inside="b"),), "not a label before it"),
        ((Label(1, "a", RED, inside="a"),), "not a label before it"),
        ((Label(1, "a", RED, inside="b"), Label(2, "b", RED)), "not a label before it"),
    ],
)
def test_what_no_mask_could_hold_is_refused(labels, sentence):
    with pytest.raises(LabelError, match=sentence):
        LabelSet(labels)


@given(label_sets())
def test_json_there_and_back(labels):
    assert LabelSet.from_json(json.loads(json.dumps(labels.to_json()))) == labels


@given(label_sets())
def test_regions_of_children_lie_in_their_parents(labels):
    for label in labels:
        own = set(labels.region_values(label))
        assert label.value in own
        parent = labels.parent(label)
        assert parent is None or own < set(labels.region_values(parent))


ENTRY = {"value": 1, "name": "a", "colour": RED}


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        "labels",
        [1],
        [{}],
        [ENTRY | {"value": "1"}],
        [ENTRY | {"value": True}],
        [ENTRY | {"value": 1.5}],
        [ENTRY | {"name": None}],
        [ENTRY | {"colour": 5}],
        [ENTRY | {"inside": 3}],
        [ENTRY | {"unique": "yes"}],
        [],
    ],
)
def test_damaged_json_is_a_label_error(data):
    with pytest.raises(LabelError):
        LabelSet.from_json(data)


class TestComparedLabels:
    DISC = Label(1, "disc", "#ff0000", unique=True)
    CELL = Label(3, "cell", "#00ff00")

    def test_colour_and_order_make_no_difference(self):
        one, other = LabelSet((self.DISC, self.CELL)), LabelSet((replace(self.CELL, colour="#123456"), self.DISC))
        assert one.same_structures(other)
        assert one.differences(other) == []
        assert [label.colour for label in one.in_this_order(other)] == ["#ff0000", "#123456"]
        assert [label.name for label in one.in_this_order(other)] == ["disc", "cell"]

    @pytest.mark.parametrize(
        ("changed", "says"),
        [
            ((DISC,), '"cell" was removed'),
            ((DISC, CELL, Label(4, "rod", "#000000")), '"rod" was added'),
            ((DISC, replace(CELL, value=7)), '"cell" has the value 7 instead of 3'),
            ((DISC, replace(CELL, inside="disc")), '"cell" is inside "disc" instead of in no other label'),
            ((DISC, replace(CELL, unique=True)), '"cell" is now at most one per picture'),
            ((replace(DISC, unique=False), CELL), '"disc" is no longer at most one per picture'),
        ],
    )
    def test_what_changes_a_mask_is_named(self, changed, says):
        before, after = LabelSet((self.DISC, self.CELL)), LabelSet(changed)
        assert not before.same_structures(after)
        assert before.differences(after) == [says]
