from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from unet_desktop.engine.data.missing_cup import mark_missing_cup
from unet_desktop.engine.training.loss import make_annotation_table, make_region_table, segmentation_loss, targets
from unet_desktop.labels import DISC_AND_CUP


def test_loss_by_hand():
    logits = torch.zeros(1, 1, 1, 4)  # every probability is 0.5
    wanted = torch.tensor([[[[1.0, 1.0, 0.0, 0.0]]]])
    loss = segmentation_loss(logits, wanted, torch.ones(1, 1, 1, 4))
    # cross-entropy log 2; Dice (2 * 1 + 1) / (2 + 2 + 1)
    assert float(loss) == pytest.approx(math.log(2) + 1 - 3 / 5)


def test_a_certain_right_answer_costs_nothing():
    wanted = torch.tensor([[[[1.0, 0.0]]]])
    assert float(segmentation_loss((wanted - 0.5) * 100, wanted, torch.ones(1, 1, 1, 2))) == pytest.approx(0, abs=1e-6)


def test_pixels_without_annotation_have_no_gradient():
    logits = torch.randn(1, 2, 4, 4, generator=torch.Generator().manual_seed(0)).requires_grad_()
    masks = torch.tensor([[[0, 1, 2, 255]] * 4], dtype=torch.uint8)
    segmentation_loss(logits, *targets(masks, make_region_table(DISC_AND_CUP))).backward()
    assert torch.all(logits.grad[..., 3] == 0)
    assert torch.all(logits.grad[..., :3] != 0)


def test_a_corrected_pixel_counts_as_if_it_were_there_several_times():
    table = make_region_table(DISC_AND_CUP)
    masks = torch.tensor([[[1, 0]]], dtype=torch.uint8)
    corrected = torch.tensor([[[1, 0]]], dtype=torch.uint8)
    logits = torch.tensor([[[[-2.0, -2.0]], [[-2.0, -2.0]]]])
    repeated = torch.tensor([[[[-2.0, -2.0, -2.0, -2.0]], [[-2.0, -2.0, -2.0, -2.0]]]])
    weighed = segmentation_loss(logits, *targets(masks, table, corrected, 3.0))
    there = segmentation_loss(repeated, *targets(torch.tensor([[[1, 1, 1, 0]]], dtype=torch.uint8), table))
    assert float(weighed) == pytest.approx(float(there))
    plain = segmentation_loss(logits, *targets(masks, table))
    assert float(segmentation_loss(logits, *targets(masks, table, corrected, 1.0))) == float(plain) < float(weighed)


def test_what_is_not_annotated_costs_nothing_however_much_corrections_weigh():
    masks = torch.tensor([[[255, 0]]], dtype=torch.uint8)
    wanted, weight = targets(masks, make_region_table(DISC_AND_CUP), torch.ones(1, 1, 2, dtype=torch.uint8), 5.0)
    assert weight.tolist() == [[[[0.0, 5.0]]]]
    assert not wanted.any()


def test_nothing_annotated_costs_nothing():
    masks = torch.full((1, 4, 4), 255, dtype=torch.uint8)
    logits = torch.ones(1, 2, 4, 4, requires_grad=True)
    loss = segmentation_loss(logits, *targets(masks, make_region_table(DISC_AND_CUP)))
    loss.backward()
    assert float(loss.detach()) == 0.0
    assert torch.all(logits.grad == 0)


def test_an_absent_label_is_taught_by_cross_entropy_alone():
    wanted = torch.zeros(1, 1, 1, 2)
    loss = segmentation_loss(torch.zeros(1, 1, 1, 2), wanted, torch.ones(1, 1, 1, 2))
    assert float(loss) == pytest.approx(math.log(2))


def test_the_cup_is_part_of_the_discs_region():
    wanted, weight = targets(torch.tensor([[[0, 1, 2, 255]]], dtype=torch.uint8), make_region_table(DISC_AND_CUP))
    assert wanted[0, 0, 0, :3].tolist() == [0, 1, 1]
    assert wanted[0, 1, 0, :3].tolist() == [0, 0, 1]
    assert weight.flatten().tolist() == [1, 1, 1, 0]


def test_a_disc_whose_cup_nobody_drew_teaches_the_disc_and_says_nothing_about_the_cup():
    mask = mark_missing_cup(np.array([[0, 1, 1, 255]], np.uint8), DISC_AND_CUP)
    masks = torch.from_numpy(mask)[None]
    tables = make_region_table(DISC_AND_CUP), make_annotation_table(DISC_AND_CUP)
    logits = torch.zeros(1, 2, 1, 4, requires_grad=True)
    segmentation_loss(logits, *targets(masks, tables[0], annotation_table=tables[1])).backward()
    disc, cup = logits.grad[0, :, 0]
    assert (disc[:3] != 0).all()
    assert cup[0] != 0  # outside the disc there is no cup
    assert (cup[1:] == 0).all()
    assert (logits.grad[..., 3] == 0).all()


def test_where_every_mask_has_its_cup_the_annotation_table_changes_nothing():
    masks = torch.tensor([[[0, 1, 2, 255]]], dtype=torch.uint8)
    logits = torch.randn(1, 2, 1, 4, generator=torch.Generator().manual_seed(1))
    table, corrected = make_region_table(DISC_AND_CUP), torch.tensor([[[1, 0, 0, 1]]], dtype=torch.uint8)
    plain = segmentation_loss(logits, *targets(masks, table, corrected, 3.0))
    with_table = segmentation_loss(logits, *targets(masks, table, corrected, 3.0, make_annotation_table(DISC_AND_CUP)))
    assert float(plain) == float(with_table)
