"""Versions: each state once, with its record inside; damage, kills, full disks and links harm nothing else."""

from __future__ import annotations

import errno
import json
import os
from datetime import UTC, date, datetime

import numpy as np
import pytest
from PIL import Image as Pillow

from unet_desktop import files
from unet_desktop.errors import MaskError, ProjectError, WriteError
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.indexed_png import insert_text
from unet_desktop.project.check import Finding, check
from unet_desktop.project.lease import lease_exclusively
from unet_desktop.project.project import Project
from unet_desktop.project.version_limits import VersionLimits, prune_versions
from unet_desktop.project.versions import Origin, Version, VersionStep, keep_version, load_version, read_versions

SIZE = (60, 80)
PAINTED, ACCEPTED = VersionStep.PAINTED, VersionStep.ACCEPTED


def mask(number: int) -> np.ndarray:
    """(H, W) uint8: a disc with a cup whose height is the number."""
    drawn = np.zeros(SIZE, np.uint8)
    drawn[5:55, 10:70] = 1
    drawn[10 : 10 + number, 20:40] = 2
    return drawn


@pytest.fixture
def case(project, tmp_path):
    source = tmp_path / "eye.png"
    Pillow.new("RGB", SIZE[::-1], "white").save(source)
    return project.add_image(source)


def keep(project, case, number: int, step=PAINTED, **origin) -> Version:
    return keep_version(project.layout, DISC_AND_CUP, case.id, mask(number), Origin(step, **origin))[0]


def numbers(project, case) -> list[int]:
    return [version.number for version in read_versions(project.layout, case.id).versions]


def date_file(project, version, day: str) -> None:
    """Let the version be of another day."""
    path = project.layout.version(version.case, version.number)
    data, old = path.read_bytes(), json.loads(path.read_bytes()[41:].partition(b"\0")[2].partition(b"}")[0] + b"}")
    record = json.dumps(old | {"when": f"{day}T12:00:00+00:00"})
    length = int.from_bytes(data[33:37], "big")
    path.write_bytes(insert_text(data[:33] + data[33 + 12 + length :], "unet-desktop version", record))
    seconds = datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp()
    os.utime(path, (seconds, seconds))


class TestKeeping:
    def test_a_version_is_read_back_with_its_record(self, project, case):
        kept = keep(project, case, 10, ACCEPTED, who="Ada", model="f00d", steps=3)
        read = read_versions(project.layout, case.id)
        assert read.versions == (kept,)
        assert (kept.number, kept.step, kept.who, kept.model, kept.steps) == (1, ACCEPTED, "Ada", "f00d", 3)
        assert kept.vcdr == pytest.approx(0.2)
        assert datetime.now(UTC) - datetime.fromisoformat(kept.when) < datetime.now(UTC).replace(year=2000) - datetime(
            1999, 12, 31, tzinfo=UTC
        )
        np.testing.assert_array_equal(load_version(project.layout, DISC_AND_CUP, case, kept), mask(10))
        assert read.problems == ()

    def test_any_program_can_show_one(self, project, case):
        keep(project, case, 10)
        with Pillow.open(project.layout.version(case.id, 1)) as shown:
            assert shown.mode == "P"
            np.testing.assert_array_equal(np.asarray(shown), mask(10))

    def test_two_that_follow_each_other_differ(self, project, case):
        keep(project, case, 10)
        keep(project, case, 10)
        keep(project, case, 12)
        keep(project, case, 10)
        assert numbers(project, case) == [3, 2, 1]

    def test_an_approval_is_noted_with_the_state_that_was_approved(self, project, case):
        keep(project, case, 10, steps=7)
        keep(project, case, 10, approved=True, who="Bo")
        (version,) = read_versions(project.layout, case.id).versions
        assert (version.is_approved, version.approved_by, version.steps) == (True, "Bo", 7)

    def test_a_passing_state_that_stays_is_no_longer_passing(self, project, case):
        assert keep(project, case, 10, passing=True).passing
        assert not keep(project, case, 10).passing

    def test_the_highest_number_is_the_newest_whatever_the_clock_says(self, project, case):
        date_file(project, keep(project, case, 10), "2099-01-01")
        keep(project, case, 12)
        assert numbers(project, case) == [2, 1]

    def test_names_in_every_script_are_kept(self, project, case):
        keep(project, case, 10, who="Zoë 陳\x1b[31m")
        assert read_versions(project.layout, case.id).versions[0].who == "Zoë 陳\x1b[31m"


class TestDamage:
    @pytest.mark.parametrize(
        "damage",
        [
            lambda data: data[:20],
            lambda data: b"",
            lambda data: b"x" * 5000,
            lambda data: data[:60] + bytes([data[60] ^ 1]) + data[61:],
            lambda data: data[:33] + data[400:],
            lambda data: insert_text(data[:33] + data[-12:], "unet-desktop version", "[" * 5000),
            lambda data: insert_text(data[:33] + data[-12:], "unet-desktop version", '{"step": "painted"}'),
            lambda data: insert_text(data[:33] + data[-12:], "unet-desktop version", '{"steps": 1e999}'),
            lambda data: insert_text(data[:33] + data[-12:], "unet-desktop version", "9" * 5000),
        ],
    )
    def test_a_damaged_version_is_named_and_the_others_stay(self, project, case, damage):
        keep(project, case, 10)
        keep(project, case, 12)
        path = project.layout.version(case.id, 2)
        path.write_bytes(damage(path.read_bytes()))
        read = read_versions(project.layout, case.id)
        assert [version.number for version in read.versions] == [1]
        assert len(read.problems) == 1
        assert str(path) in read.problems[0]
        assert Project.open(project.root).case(case.id).id == case.id
        assert keep(project, case, 14).number == 3

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("when", 5),
            ("when", "yesterday"),
            ("who", ["x"]),
            ("who", "x" * 501),
            ("steps", True),
            ("steps", -1),
            ("steps", 1 << 80),
            ("vcdr", float("nan")),
            ("vcdr", "0.5"),
            ("passing", 1),
            ("number", 9),
            ("case", "other"),
            ("digest", None),
        ],
    )
    def test_a_malformed_field_is_damage(self, project, case, name, value):
        version = keep(project, case, 10)
        path = project.layout.version(case.id, 1)
        data = path.read_bytes()
        length = int.from_bytes(data[33:37], "big")
        record = json.loads(data[41 : 41 + length].partition(b"\0")[2])
        path.write_bytes(
            insert_text(data[:33] + data[45 + length :], "unet-desktop version", json.dumps(record | {name: value}))
        )
        read = read_versions(project.layout, case.id)
        assert read.versions == ()
        assert str(path) in read.problems[0]
        assert version.number == 1

    def test_what_a_newer_program_noted_is_passed_over(self, project, case):
        keep(project, case, 10)
        path = project.layout.version(case.id, 1)
        data = path.read_bytes()
        length = int.from_bytes(data[33:37], "big")
        record = json.loads(data[41 : 41 + length].partition(b"\0")[2]) | {"step": "dreamed", "mood": "fine"}
        path.write_bytes(insert_text(data[:33] + data[45 + length :], "unet-desktop version", json.dumps(record)))
        assert [version.step for version in read_versions(project.layout, case.id).versions] == [VersionStep.FOUND]

    def test_other_pixels_than_the_record_says_are_not_restored(self, project, case):
        first, second = keep(project, case, 10), keep(project, case, 12)
        path = project.layout.version(case.id, 1)
        data, other = path.read_bytes(), project.layout.version(case.id, 2).read_bytes()
        path.write_bytes(data[: data.index(b"PLTE") - 4] + other[other.index(b"PLTE") - 4 :])
        with pytest.raises(MaskError, match="do not match its record"):
            load_version(project.layout, DISC_AND_CUP, case, first)
        assert load_version(project.layout, DISC_AND_CUP, case, second).any()

    def test_a_kill_before_the_file_has_its_name_leaves_nothing(self, project, case, monkeypatch):
        keep(project, case, 10)

        def die(*_arguments):
            raise KeyboardInterrupt

        monkeypatch.setattr(os, "replace", die)
        with pytest.raises(KeyboardInterrupt):
            keep(project, case, 12)
        monkeypatch.undo()
        folder = project.layout.versions(case.id)
        (folder / ".000002.png.abc.unet-tmp").write_bytes(b"half")  # a real kill does not even clean up
        assert numbers(project, case) == [1]
        with lease_exclusively(project.root):
            assert [path.name for path in folder.iterdir()] == ["000001.png"]


class TestFullDisk:
    def test_the_mask_is_saved_though_no_version_can_be(self, project, case, monkeypatch):
        real = files.write_bytes

        def full(path, data, **options):
            if path.is_relative_to(project.layout.history):
                raise WriteError("The disk is full.")
            real(path, data, **options)

        monkeypatch.setattr(files, "write_bytes", full)
        project.save_mask(case.id, mask(10), step=VersionStep.IMPORTED)
        np.testing.assert_array_equal(project.load_mask(case.id), mask(10))
        assert numbers(project, case) == []

    def test_a_failed_version_leaves_the_others(self, project, case, monkeypatch):
        keep(project, case, 10)

        def full(*_arguments):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(WriteError):
            keep(project, case, 12)
        monkeypatch.undo()
        assert numbers(project, case) == [1]
        assert [path.name for path in project.layout.versions(case.id).iterdir()] == ["000001.png"]


class TestSaving:
    def test_a_mask_that_is_replaced_is_kept_first(self, project, case):
        project.save_mask(case.id, mask(10), model="f00d")
        project.save_mask(case.id, mask(12), step=VersionStep.RESTORED)
        steps = [version.step for version in read_versions(project.layout, case.id).versions]
        assert steps == [VersionStep.RESTORED, VersionStep.FOUND]
        found = read_versions(project.layout, case.id).versions[1]
        assert found.model == "f00d"
        np.testing.assert_array_equal(load_version(project.layout, DISC_AND_CUP, case, found), mask(10))

    def test_a_mask_that_cannot_be_read_is_set_aside_when_it_is_replaced(self, project, case):
        project.save_mask(case.id, mask(5))
        damaged = project.layout.mask(case.id).read_bytes()[:-30]
        project.layout.mask(case.id).write_bytes(damaged)
        project.save_mask(case.id, mask(9))
        assert (project.load_mask(case.id) == mask(9)).all()
        assert project.layout.mask_aside(case.id, 1).read_bytes() == damaged

    def test_many_are_kept_together_with_their_cases(self, project, tmp_path):
        with project.adding_many():
            for name in "abc":
                source = tmp_path / f"{name}.png"
                Pillow.new("RGB", SIZE[::-1], (name == "a" and "red") or "blue").save(source)
                project.save_mask(project.add_image(source).id, mask(10), step=VersionStep.IMPORTED)
        for name in "abc":
            (version,) = read_versions(project.layout, name).versions
            assert version.step is VersionStep.IMPORTED


class TestLinks:
    def test_nothing_is_written_or_deleted_through_a_link(self, project, case, tmp_path):
        elsewhere = tmp_path / "elsewhere"
        (elsewhere / case.id).mkdir(parents=True)
        precious = elsewhere / case.id / "000001.png"
        precious.write_bytes(b"precious")
        project.layout.history.symlink_to(elsewhere)
        with pytest.raises(ProjectError, match="is a link"):
            keep(project, case, 10)
        assert prune_versions(project.layout, VersionLimits(0, 0)) == 0
        project.save_mask(case.id, mask(10), step=VersionStep.IMPORTED)
        project.layout.history.unlink()
        project.layout.history.mkdir()
        project.layout.versions(case.id).symlink_to(elsewhere / case.id)
        with pytest.raises(ProjectError, match="is a link"):
            keep(project, case, 10)
        assert prune_versions(project.layout, VersionLimits(0, 0)) == 0
        assert [path.read_bytes() for path in (elsewhere / case.id).iterdir()] == [b"precious"]

    def test_a_version_that_is_a_link_is_no_version(self, project, case, tmp_path):
        keep(project, case, 10)
        project.layout.version(case.id, 2).symlink_to(project.layout.version(case.id, 1))
        assert numbers(project, case) == [1]


class TestLimits:
    def test_old_ones_are_dropped_but_not_the_newest_nor_the_last_approved(self, project, case):
        keep(project, case, 10, approved=True)
        keep(project, case, 11, approved=True)
        for number in (12, 13, 14):
            keep(project, case, number)
        for version in read_versions(project.layout, case.id).versions:
            date_file(project, version, "2020-01-01" if version.number < 5 else "2020-08-01")
        other = keep(project, case, 15)
        date_file(project, other, "2020-08-02")
        assert prune_versions(project.layout, VersionLimits(days=90), date(2020, 8, 2)) == 3
        assert numbers(project, case) == [6, 5, 2]

    def test_a_clock_that_runs_ahead_for_a_day_drops_nothing(self, project, case):
        for number in (10, 11, 12):
            date_file(project, keep(project, case, number), "2020-08-01")
        date_file(project, keep(project, case, 13), "2099-01-01")
        assert prune_versions(project.layout, VersionLimits(days=90), date(2099, 1, 1)) == 0
        assert numbers(project, case) == [4, 3, 2, 1]

    def test_a_clock_that_is_late_drops_nothing(self, project, case):
        for number in (10, 11, 12):
            date_file(project, keep(project, case, number), f"2020-08-{number}")
        assert prune_versions(project.layout, VersionLimits(days=90), date(1970, 1, 1)) == 0

    def test_passing_states_make_room_first_then_the_oldest(self, project, case):
        rng = np.random.default_rng(1)
        for number in range(1, 7):
            noise = rng.integers(0, 3, SIZE).astype(np.uint8)
            origin = Origin(PAINTED, passing=number in (3, 4))
            keep_version(project.layout, DISC_AND_CUP, case.id, noise, origin)
        size = sum(path.stat().st_size for path in project.layout.versions(case.id).iterdir())
        limits = VersionLimits(megabytes=1)
        assert prune_versions(project.layout, limits) == 0
        object.__setattr__(limits, "megabytes", (size - 1) / 1_000_000)
        prune_versions(project.layout, limits)
        assert numbers(project, case) == [6, 5, 4, 2, 1]
        object.__setattr__(limits, "megabytes", 0)
        prune_versions(project.layout, limits)
        assert numbers(project, case) == [6]

    def test_what_is_damaged_or_foreign_stays(self, project, case):
        keep(project, case, 10)
        keep(project, case, 12)
        folder = project.layout.versions(case.id)
        (folder / "000001.png").write_bytes(b"damaged")
        (folder / "notes.txt").write_bytes(b"mine")
        prune_versions(project.layout, VersionLimits(0, 0))
        assert sorted(path.name for path in folder.iterdir()) == ["000001.png", "000002.png", "notes.txt"]


def damage_of(project) -> list[Finding]:
    """What `check` finds."""
    return [found for found in check(project, is_alone=True) if isinstance(found, Finding)]


class TestCheck:
    def test_damaged_versions_are_named_and_go_to_the_bin(self, project, case):
        for number in (10, 12, 14):
            keep(project, case, number)
        first, second = (project.layout.version(case.id, number) for number in (1, 2))
        first.write_bytes(first.read_bytes()[:40])
        data, other = second.read_bytes(), project.layout.version(case.id, 3).read_bytes()
        second.write_bytes(data[: data.index(b"PLTE") - 4] + other[other.index(b"PLTE") - 4 :])
        findings = damage_of(project)
        assert len(findings) == 2
        assert all(any(str(path) in found.sentence for found in findings) for path in (first, second))
        for found in findings:
            assert found.repair is not None
            found.repair(project)
        assert damage_of(project) == []
        assert numbers(project, case) == [3]


def test_a_file_with_a_huge_number_hides_no_later_version(project, case):
    keep(project, case, 10)
    folder = project.layout.versions(case.id)
    (folder / f"{'9' * 18}.png").write_bytes((folder / "000001.png").read_bytes())
    keep(project, case, 20)
    keep(project, case, 30)
    assert numbers(project, case) == [3, 2, 1]


def test_a_case_with_nothing_but_damaged_versions_keeps_no_others_from_being_dropped(
    project, case, write_picture, tmp_path
):
    other = project.add_image(write_picture(tmp_path / "other.png"))
    for number in (10, 20, 30):
        keep(project, case, number)
    project.layout.versions(other.id).mkdir()
    project.layout.version(other.id, 1).write_bytes(b"damaged")
    assert prune_versions(project.layout, VersionLimits(megabytes=0)) == 2
    assert numbers(project, case) == [3]
    assert project.layout.version(other.id, 1).exists()


def test_a_version_with_the_longest_texts_is_read_back(project, case):
    kept = keep(project, case, 10, who="\U0001f600" * 600, model="\U0001f600" * 600)
    assert read_versions(project.layout, case.id).versions == (kept,)
