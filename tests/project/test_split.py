from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.errors import ProjectError
from unet_desktop.images.laterality import Eye
from unet_desktop.project.case import Case
from unet_desktop.project.split import (
    EMPTY,
    VALIDATION_SHARE,
    assign_parts,
    inherit_parts,
    read_split,
    split_folds,
    write_split,
)

GROUPS = st.sets(st.text("abcdefgh0123456789", min_size=1, max_size=6), max_size=40)


def validating(parts, groups):
    return sum(parts[group] == "validation" for group in groups)


@given(GROUPS)
def test_about_one_in_five_validates_and_both_parts_hold_one(groups):
    parts = assign_parts({}, groups)
    assert set(parts) == groups
    count = validating(parts, groups)
    if len(groups) >= 2:
        assert 1 <= count < len(groups)
        assert abs(count - VALIDATION_SHARE * len(groups)) <= 0.5 or count == 1
    else:
        assert count == 0


@given(st.lists(GROUPS, max_size=6))
def test_decisions_are_never_taken_back(batches):
    parts, groups = {}, set()
    for batch in batches:
        groups |= batch
        before = dict(parts)
        parts = assign_parts(parts, groups)
        assert before.items() <= parts.items()
        if len(groups) >= 2:
            assert validating(parts, groups) >= 1


@given(st.lists(GROUPS, min_size=2, max_size=6))
def test_the_share_is_filled_up_as_groups_come(batches):
    parts, groups = {}, set()
    for batch in batches:
        groups |= batch
        parts = assign_parts(parts, groups)
    if len(groups) >= 10:
        assert validating(parts, groups) <= round(VALIDATION_SHARE * len(groups)) + 1


@given(GROUPS)
def test_the_order_does_not_matter(groups):
    assert assign_parts({}, sorted(groups)) == assign_parts({}, sorted(groups, reverse=True))


@given(GROUPS, GROUPS)
def test_groups_that_are_gone_keep_their_part(first, second):
    parts = assign_parts({}, first)
    assert parts.items() <= assign_parts(parts, second).items()


@given(GROUPS, st.integers(2, 8))
def test_folds_hold_each_group_once_and_are_of_one_size(groups, count):
    folds = split_folds(groups, count)
    assert sorted(group for fold in folds for group in fold) == sorted(groups)
    assert max(map(len, folds)) - min(map(len, folds)) <= 1
    assert folds == split_folds(sorted(groups, reverse=True), count)


EYES = st.lists(
    st.tuples(st.sampled_from(["", "1", "2", "3", "4", "5"]), st.sampled_from(Eye)), min_size=1, max_size=20
)


@given(st.lists(EYES, min_size=1, max_size=4), st.integers(2, 4))
def test_both_eyes_of_a_patient_stay_on_one_side_as_cases_come(batches, count):
    """Also over every later batch, and in every fold."""
    parts, cases = {}, []
    for batch in batches:
        cases += [
            Case(f"c{len(cases) + at}", "x.png", "", 1, 1, patient=patient, eye=eye)
            for at, (patient, eye) in enumerate(batch)
        ]
        before = {case.id: parts[case.group] for case in cases if case.group in parts}
        parts = assign_parts(parts, {case.group for case in cases})
        for patient in {case.patient for case in cases} - {""}:
            assert len({parts[case.group] for case in cases if case.patient == patient}) == 1
        assert all(parts[case.group] == before[case.id] for case in cases if case.id in before)
        for fold in split_folds({case.group for case in cases}, count):
            inside = {case.patient for case in cases if case.group in fold} - {""}
            assert inside.isdisjoint(case.patient for case in cases if case.group not in fold)


def test_the_split_has_nothing_to_do_with_the_order_of_names():
    groups = [f"case:{number:03d}" for number in range(100)]
    parts = assign_parts({}, groups)
    assert validating(parts, groups) == 20
    assert 5 <= validating(parts, groups[:50]) <= 15


def test_one_case_then_another_gives_both_parts():
    parts = assign_parts(assign_parts({}, ["case:a"]), ["case:a", "case:b"])
    assert sorted(parts.values()) == ["train", "validation"]


def test_the_file_comes_back(tmp_path):
    parts = assign_parts({}, ["patient:Müller", "case:a", "case:b"])
    write_split(tmp_path / "split.json", parts)
    assert read_split(tmp_path / "split.json") == parts
    assert read_split(tmp_path / "gone.json") == {}


@pytest.mark.parametrize("text", ["", "{", "[]", '"train"', '{"a": "test"}', '{"a": null}', '{"a": []}', "\x00"])
def test_a_damaged_file_is_one_sentence(tmp_path, text):
    (tmp_path / "split.json").write_text(text)
    with pytest.raises(ProjectError, match=r"split.json cannot be read .* delete it to split the cases again"):
        read_split(tmp_path / "split.json")


def test_a_patient_that_is_entered_later_stays_where_its_cases_were():
    known = {"case:a": "train", "case:b": "validation", "case:c": "validation"}
    members = {"patient:1": ["case:a", "case:b"], "patient:2": ["case:c"], "case:d": ["case:d"]}
    assert inherit_parts(known, members) == known | {"patient:1": "train", "patient:2": "validation"}


TRAITS = st.sampled_from(["cell", "vessel", "fovea", EMPTY])
CONTENTS = st.dictionaries(st.text("abcdefgh0123456789", min_size=1, max_size=6), st.frozensets(TRAITS), max_size=40)
ONE_EACH = st.dictionaries(
    st.text("abcdefgh0123456789", min_size=1, max_size=6), TRAITS.map(lambda trait: frozenset({trait})), max_size=60
)


def count(parts, contents, trait, part="validation"):
    return sum(parts[group] == part and trait in shown for group, shown in contents.items())


@given(CONTENTS)
def test_contents_change_who_validates_but_not_how_many(contents):
    parts = assign_parts({}, contents, contents)
    assert set(parts) == set(contents)
    assert validating(parts, contents) == validating(assign_parts({}, contents), contents)


@given(ONE_EACH)
def test_each_label_and_empty_masks_get_their_share(contents):
    parts = assign_parts({}, contents, contents)
    numbers = {trait: sum(trait in shown for shown in contents.values()) for trait in ("cell", "vessel", EMPTY)}
    if len(contents) >= 3 and all(number != 1 for number in numbers.values()):
        for trait, number in numbers.items():
            assert abs(count(parts, contents, trait) - VALIDATION_SHARE * number) < 1


@given(CONTENTS)
def test_a_label_always_stays_in_training_if_others_can_validate(contents):
    parts = assign_parts({}, contents, contents)
    others = any(shown <= {EMPTY} for shown in contents.values())
    if len(contents) >= 10 and others and validating(parts, contents) <= sum(s <= {EMPTY} for s in contents.values()):
        for trait in ("cell", "vessel", "fovea"):
            if any(trait in shown for shown in contents.values()):
                assert count(parts, contents, trait, "train") >= 1


@given(st.lists(CONTENTS, max_size=5))
def test_a_group_keeps_its_part_whatever_its_masks_come_to_show(batches):
    parts, contents = {}, {}
    for batch in batches:
        contents |= batch  # also other contents of known groups
        before = dict(parts)
        parts = assign_parts(parts, contents, contents)
        assert before.items() <= parts.items()


@given(CONTENTS)
def test_the_order_of_groups_with_contents_does_not_matter(contents):
    assert assign_parts({}, sorted(contents), contents) == assign_parts({}, sorted(contents, reverse=True), contents)


def test_twenty_of_a_hundred_masks_are_empty_and_three_show_a_rare_label():
    contents = {f"case:{number:03d}": frozenset({"cell"}) for number in range(77)}
    contents |= {f"case:{number:03d}": frozenset({EMPTY}) for number in range(77, 97)}
    contents |= {f"case:{number:03d}": frozenset({"cell", "rare"}) for number in range(97, 100)}
    parts = assign_parts({}, contents, contents)
    assert [count(parts, contents, trait) for trait in ("cell", EMPTY, "rare")] == [16, 4, 1]


def test_validation_is_not_one_empty_mask_while_others_can_be_spared():
    for names in ("abcd", "efgh", "ijkl"):
        contents = dict.fromkeys(names[:3], frozenset({"cell"})) | {names[3]: frozenset({EMPTY})}
        assert count(assign_parts({}, contents, contents), contents, "cell") == 1


@given(CONTENTS, st.integers(2, 5))
def test_folds_share_out_equal_contents_evenly(contents, number):
    folds = split_folds(contents, number, contents)
    assert sorted(group for fold in folds for group in fold) == sorted(contents)
    for shown in set(contents.values()):
        held = [sum(contents[group] == shown for group in fold) for fold in folds]
        assert max(held) - min(held) <= 1
