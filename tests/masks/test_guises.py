"""Any mask in any guise of other programs reads back exactly, or is refused; given files have their right values."""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from masks_of_others import GUISES, Guise, by_table, disc_and_cup
from PIL import Image as Pillow

from unet_desktop.errors import MaskError
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE, Label, LabelSet
from unet_desktop.masks.file import write_mask
from unet_desktop.masks.foreign import MaskPlan, look_at_masks, plan_masks
from unet_desktop.masks.mask_values import read_colour_names
from unet_desktop.masks.pairs import MaskFile

DATA = Path(__file__).parent.parent / "data" / "masks"
TRUE = np.array(Pillow.open(DATA / "values" / "a_L_012" / "eye.png"))
DISC = (TRUE > 0).astype(np.uint8)


def plan_of(*paths: Path, labels: LabelSet = DISC_AND_CUP, colours: Path | None = None) -> MaskPlan:
    """How these masks are read together."""
    files = [MaskFile(path) for path in paths]
    facts = [facts for _, facts in look_at_masks(paths)]
    names = () if colours is None else read_colour_names(colours, labels)
    return plan_masks(list(zip(files, facts, strict=True)), labels, colour_names=names)


def read(*paths: Path, **options) -> list[np.ndarray]:
    plan = plan_of(*paths, **options)
    return [plan.read([MaskFile(path)]).mask for path in paths]


def only(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


class TestGivenFiles:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("values/a_L_012", TRUE),
            ("values/b_P_voc", TRUE),
            ("values/d_u16_012", TRUE),
            ("values/h_rootpainter_red_on_transparent", np.where(DISC, 1, 255)),
            ("values/i_white_with_alpha_as_mask", DISC),
            ("values/j_rgb_id_in_red", TRUE),
            ("values/k_P_index0_is_white", DISC),
            ("values/t_jpg_0_255", DISC),
            ("values/u4_refuge", TRUE),
            ("suffixes/gif", TRUE),
            ("suffixes/pgm", TRUE),
            ("suffixes/webp", TRUE),
        ],
    )
    def test_read_exactly(self, name, expected):
        (mask,) = read(only(DATA / name))
        np.testing.assert_array_equal(mask, expected)

    def test_smoothed_edges_are_cut_at_the_half(self):
        path = only(DATA / "values" / "s_antialiased")
        (mask,) = read(path)
        np.testing.assert_array_equal(mask, np.array(Pillow.open(path)) >= 128)
        assert np.count_nonzero(mask != DISC) <= 4  # what smoothing took cannot be had back

    def test_numbers_above_255_are_named(self):
        plan = plan_of(only(DATA / "values" / "v_u16_0_300_600"))
        with pytest.raises(MaskError, match=r"the values 0, 300, 600.*0=background,300=optic disc,600=optic cup"):
            plan.ask()

    @pytest.mark.parametrize("most", [2, 3, 200, 300])
    def test_a_pgm_states_its_largest_number(self, tmp_path, most):
        values = TRUE.astype(">u2" if most > 255 else np.uint8)
        (tmp_path / "a.pgm").write_bytes(b"P5\n320 240\n%d\n" % most + values.tobytes())
        np.testing.assert_array_equal(read(tmp_path / "a.pgm")[0], TRUE)

    def test_files_that_are_not_read_are_named_by_their_kind(self, tmp_path):
        path = tmp_path / "eye.tga"
        Pillow.fromarray(TRUE).save(path)
        with pytest.raises(MaskError, match=r"it is a \.tga file"):
            read(path)

    @pytest.mark.parametrize("name", ["SegmentationClass", "labels-colour"])
    def test_colours_are_read_by_their_names(self, name):
        folder = DATA / "colours" / name
        first, second = read(*sorted(folder.iterdir()), colours=folder)
        np.testing.assert_array_equal(first, TRUE)
        np.testing.assert_array_equal(np.bincount(second.ravel()), np.bincount(TRUE.ravel()))

    def test_void_is_not_annotated_also_where_it_is_alone(self):
        paths = sorted((DATA / "void").iterdir())
        masks = read(*paths, labels=ONE_STRUCTURE)
        for mask, path in zip(masks, paths, strict=True):
            np.testing.assert_array_equal(mask, np.array(Pillow.open(path)))

    def test_refuge_is_judged_over_the_folder(self):
        paths = sorted((DATA / "refuge").iterdir())
        table = np.zeros(256, np.uint8)
        table[[0, 128]] = 2, 1
        for mask, path in zip(read(*paths), paths, strict=True):
            np.testing.assert_array_equal(mask, table[np.array(Pillow.open(path))])

    def test_an_own_mask_without_labels_is_read_as_it_was_written(self):
        path = only(DATA / "own")
        plan = plan_of(path, labels=ONE_STRUCTURE)
        assert plan.own == {path}
        np.testing.assert_array_equal(plan.read([MaskFile(path)]).mask, np.array(Pillow.open(path)))

    def test_rootpainter_says_where_it_was_annotated(self):
        pixels = np.array(Pillow.open(DATA / "rootpainter" / "annotations" / "train" / "eye1.png"))
        (mask,) = read(DATA / "rootpainter" / "annotations" / "train" / "eye1.png")
        np.testing.assert_array_equal(mask == 1, pixels[:, :, 0] == 255)
        np.testing.assert_array_equal(mask == 0, pixels[:, :, 1] == 255)
        np.testing.assert_array_equal(mask == 255, pixels[:, :, 3] == 0)
        (mask,) = read(DATA / "rootpainter" / "segmentations" / "eye1.png")
        np.testing.assert_array_equal(mask, pixels[:, :, 0] == 255)

    def test_a_bomb_is_refused_before_it_is_decoded(self, tmp_path):
        small = tmp_path / "small.png"
        Pillow.new("1", (8, 8)).save(small)
        data = bytearray(small.read_bytes())
        data[16:24] = (60_000).to_bytes(4) * 2
        data[29:33] = crc32(data[12:29]).to_bytes(4)
        (tmp_path / "bomb.png").write_bytes(data)
        with pytest.raises(MaskError, match="60000 x 60000 pixels, more than the 100 million"):
            read(tmp_path / "bomb.png")


def rim_around_cup(mask: np.ndarray) -> np.ndarray:
    """Take the cup for disc where it would touch the background."""
    disc = np.pad(mask > 0, 1)
    inside = disc[:-2, 1:-1] & disc[2:, 1:-1] & disc[1:-1, :-2] & disc[1:-1, 2:]
    return np.where((mask == 2) & ~inside, np.uint8(1), mask)


class TestGuises:
    @pytest.mark.parametrize("guise", GUISES, ids=lambda guise: guise.name)
    def test_a_disc_with_a_cup_reads_back(self, tmp_path, guise: Guise):
        true = disc_and_cup()
        path = tmp_path / f"eye{guise.suffix}"
        guise.save(true, path)
        (mask,) = read(path)
        np.testing.assert_array_equal(mask, guise.expected(true))

    @pytest.mark.parametrize("guise", GUISES, ids=lambda guise: guise.name)
    def test_so_do_masks_without_a_cup_or_empty_ones_beside_it(self, tmp_path, guise: Guise):
        true = [disc_and_cup(), np.minimum(disc_and_cup(), 1), np.zeros((60, 80), np.uint8)]
        paths = [tmp_path / f"{number}{guise.suffix}" for number in range(3)]
        for path, mask in zip(paths, true, strict=True):
            guise.save(mask, path)
        for mask, expected in zip(read(*paths), true, strict=True):
            np.testing.assert_array_equal(mask, guise.expected(expected))

    @given(
        st.sampled_from(GUISES), st.lists(arrays(np.uint8, (9, 11), elements=st.integers(0, 2)), min_size=1, max_size=3)
    )
    def test_any_mask_reads_back_or_is_refused(self, tmp_path, guise: Guise, drawn: list[np.ndarray]):
        if guise.told_by_nesting:
            drawn = [rim_around_cup(mask) for mask in drawn]
        framed = [np.pad(np.kron(mask, np.ones((3, 3), np.uint8)), 2) for mask in drawn]
        paths = [tmp_path / f"{number}{guise.suffix}" for number in range(len(framed))]
        for path, mask in zip(paths, framed, strict=True):
            guise.save(mask, path)
        plan = plan_of(*paths)
        for path, mask in zip(paths, framed, strict=True):
            try:
                found = plan.read([MaskFile(path)]).mask
            except MaskError:
                continue
            np.testing.assert_array_equal(found, guise.expected(mask))

    @given(arrays(np.uint8, (12, 14), elements=st.sampled_from([0, 1, 2, 255])))
    def test_an_own_mask_always_reads_back(self, tmp_path, mask: np.ndarray):
        write_mask(tmp_path / "own.png", mask, DISC_AND_CUP)
        (found,) = read(tmp_path / "own.png")
        np.testing.assert_array_equal(found, mask)


class TestBlackAndWhite:
    @pytest.mark.parametrize(("suffix", "quality"), [(".jpg", 95), (".jpg", 60), (".webp", 80)])
    def test_lossy_files_are_cleared_of_noise(self, tmp_path, suffix, quality):
        true = disc_and_cup(240, 320) > 0
        Pillow.fromarray(true * np.uint8(255)).save(tmp_path / f"a{suffix}", quality=quality)
        (mask,) = read(tmp_path / f"a{suffix}")
        assert np.count_nonzero(mask != true) <= 2

    @pytest.mark.parametrize("depth", [np.uint8, np.uint16, np.float32])
    def test_smooth_edges_of_any_depth(self, tmp_path, depth):
        smooth = cv2.GaussianBlur(np.float32(disc_and_cup(240, 320) > 0), (0, 0), 1.2)
        white = {np.uint8: 255, np.uint16: 65535, np.float32: 1}[depth]
        values = np.round(smooth * white).astype(depth) if white > 1 else smooth
        Pillow.fromarray(values).save(tmp_path / "a.tif")
        (mask,) = read(tmp_path / "a.tif")
        np.testing.assert_array_equal(mask, values >= white / 2)

    def test_probabilities_are_cut_at_the_half(self, tmp_path):
        soft = cv2.GaussianBlur(np.float32(disc_and_cup(240, 320) > 0), (0, 0), 15)
        Pillow.fromarray(soft).save(tmp_path / "a.tif")
        plan = plan_of(tmp_path / "a.tif")
        np.testing.assert_array_equal(plan.read([MaskFile(tmp_path / "a.tif")]).mask, soft >= 0.5)
        assert "0.5 or more is optic disc" in plan.sentences[0]

    def test_what_is_white_at_the_border_is_background(self, tmp_path):
        true = disc_and_cup() > 0
        Pillow.fromarray(np.where(true, np.uint8(0), np.uint8(255))).save(tmp_path / "a.png")
        (mask,) = read(tmp_path / "a.png")
        np.testing.assert_array_equal(mask, true)

    def test_both_at_the_border_is_asked(self, tmp_path):
        values = np.full((40, 40), 255, np.uint8)
        values[:, :15] = 0
        Pillow.fromarray(values).save(tmp_path / "a.png")
        with pytest.raises(MaskError, match="is optic disc is unclear"):
            plan_of(tmp_path / "a.png").ask()


class TestRefused:
    @pytest.mark.parametrize(
        ("save", "named"),
        [
            (by_table((0, 0, 0), (255, 0, 0), (0, 0, 255)), "the colours #000000, #0000ff, #ff0000"),
            (by_table((0, 0, 0), (255, 0, 0), (0, 255, 0)), "the colours #000000, #00ff00, #ff0000"),
            (by_table(0, 256, 512, dtype=np.uint16), "the values 0, 256, 512"),
            (by_table(0, 7, 9), "the values 0, 7, 9"),
            (by_table(0, 2, 1), "1 lies inside 2, so that optic disc would lie inside optic cup"),
            (by_table(1, 2, 0), "1, which would be optic disc, is at the border"),
            (by_table(255, 255, 255), "the value 255, which may be all or nothing"),
            (by_table(0, 64, 191), "the values 0, 64, 191"),
        ],
    )
    def test_what_fits_nothing_is_named(self, tmp_path, save, named):
        save(disc_and_cup(), tmp_path / "a.png")
        with pytest.raises(MaskError, match=named):
            plan_of(tmp_path / "a.png").ask()

    @pytest.mark.parametrize(
        ("values", "named"),
        [
            (np.int32([0, 1, -1]), "the values -1, 0, 1"),
            (np.float32([0, 1, np.nan]), "the values 0, 1, nan"),
            (np.float32([0, 0.5, 1]), "the values 0, 0.5, 1"),
            (np.float32([0, 1, np.inf]), "the values 0, 1, inf"),
        ],
    )
    def test_odd_numbers_are_named(self, tmp_path, values, named):
        Pillow.fromarray(values[disc_and_cup()]).save(tmp_path / "a.tif")
        with pytest.raises(MaskError, match=named):
            plan_of(tmp_path / "a.tif").ask()

    @pytest.mark.parametrize("table", [(0, 1, 2), (0, 128, 255), (255, 128, 0)])
    def test_a_jpeg_of_anything_but_black_and_white(self, tmp_path, table):
        Pillow.fromarray(np.uint8(table)[disc_and_cup(240, 320)]).save(tmp_path / "a.jpg", quality=90)
        with pytest.raises(MaskError, match="save masks as PNG"):
            plan_of(tmp_path / "a.jpg").ask()

    def test_pages_and_printers_colours(self, tmp_path):
        page = Pillow.fromarray(disc_and_cup())
        page.save(tmp_path / "pages.tif", save_all=True, append_images=[page, page])
        page.convert("RGB").convert("CMYK").save(tmp_path / "cmyk.tif")
        with pytest.raises(MaskError, match="3 pages"):
            read(tmp_path / "pages.tif")
        with pytest.raises(MaskError, match="CMYK"):
            read(tmp_path / "cmyk.tif")

    def test_an_index_0_that_is_not_the_background_is_asked(self, tmp_path):
        picture = Pillow.fromarray(np.where(disc_and_cup() > 0, np.uint8(0), np.uint8(1)))
        picture.putpalette([200, 0, 0, 0, 0, 0])
        picture.save(tmp_path / "a.png")
        with pytest.raises(MaskError, match="index 0 may not be background"):
            plan_of(tmp_path / "a.png", labels=ONE_STRUCTURE).ask()

    def test_one_odd_mask_among_many_is_refused_and_the_others_read(self, tmp_path):
        paths = [tmp_path / f"{number}.png" for number in range(4)]
        for path in paths:
            by_table(0, 1, 2)(disc_and_cup(), path)
        by_table(0, 77, 77)(disc_and_cup(), paths[2])
        plan = plan_of(*paths)
        plan.ask()
        with pytest.raises(MaskError, match="the values 0, 77, but masks are read so: 0 is background"):
            plan.read([MaskFile(paths[2])])
        np.testing.assert_array_equal(plan.read([MaskFile(paths[3])]).mask, disc_and_cup())

    def test_255_alone_beside_masks_of_0_and_1_is_asked(self, tmp_path):
        by_table(0, 1, 1)(disc_and_cup(), tmp_path / "a.png")
        by_table(0, 255, 255)(disc_and_cup(), tmp_path / "b.png")
        with pytest.raises(MaskError, match="255 may be a label or not annotated"):
            plan_of(tmp_path / "a.png", tmp_path / "b.png").ask()


class TestObjects:
    @staticmethod
    def cells(count: int, dtype: type = np.uint16) -> np.ndarray:
        values = np.zeros((120, 160), dtype)
        for number in range(count):
            top, left = 4 + number // 8 * 18, 4 + number % 8 * 18
            values[top : top + 14, left : left + 16] = number + 1
        return values

    def save(self, tmp_path, *masks: np.ndarray) -> list[Path]:
        paths = [tmp_path / f"{number}.png" for number in range(len(masks))]
        for path, mask in zip(paths, masks, strict=True):
            Pillow.fromarray(mask).save(path)
        return paths

    def test_they_become_regions_of_one_label_and_it_is_said(self, tmp_path):
        masks = [self.cells(count) for count in (5, 30, 0, 1)]
        paths = self.save(tmp_path, *masks)
        plan = plan_of(*paths, labels=ONE_STRUCTURE)
        assert plan.sentences == ("Masks: each number is an object, and all objects are structure; 0 is background.",)
        for path, mask in zip(paths, masks, strict=True):
            np.testing.assert_array_equal(plan.read([MaskFile(path)]).mask, mask > 0)

    def test_classes_are_not_taken_for_objects(self, tmp_path):
        values = np.random.default_rng(1).integers(0, 12, (60, 80), np.uint8)
        with pytest.raises(MaskError, match="others=structure"):
            plan_of(*self.save(tmp_path, values), labels=ONE_STRUCTURE).ask()

    def test_they_are_asked_where_there_are_several_labels(self, tmp_path):
        with pytest.raises(MaskError, match="0=background,others=optic disc"):
            plan_of(*self.save(tmp_path, self.cells(20))).ask()


def test_labels_of_other_values_are_read_by_their_values(tmp_path):
    labels = LabelSet((Label(3, "nucleus", "#ff0000"), Label(5, "wall", "#00ff00")))
    by_table(0, 3, 5)(disc_and_cup(), tmp_path / "a.png")
    by_table((0, 0, 0), (255, 0, 0), (0, 255, 0))(disc_and_cup(), tmp_path / "b.png")
    expected = np.uint8([0, 3, 5])[disc_and_cup()]
    np.testing.assert_array_equal(read(tmp_path / "a.png", labels=labels)[0], expected)
    np.testing.assert_array_equal(read(tmp_path / "b.png", labels=labels)[0], expected)
