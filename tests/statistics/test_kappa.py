"""Kappa against hand-computed tables."""

from __future__ import annotations

import math

import numpy as np
import pytest

from unet_desktop.statistics.kappa import Weights, kappa_of_table, weighted_kappa


def test_two_by_two_by_hand():
    # 50 cases, 35 agree; chance: 0.5 * 0.6 + 0.5 * 0.4 = 0.5
    found = kappa_of_table(np.array([[20.0, 5], [10, 15]]), Weights.NONE)
    assert (found.count, found.value, found.agreement) == (50, pytest.approx(0.4), 0.7)
    for weights in Weights:  # with two grades there is only one distance
        assert kappa_of_table(np.array([[20.0, 5], [10, 15]]), weights) == found


def test_three_grades_by_hand():
    # shares: p11 .2, p12 .1, p22 .3, p23 .1, p33 .2, p31 .1; rows .3 .4 .3, columns .3 .4 .3
    table = np.array([[2.0, 1, 0], [0, 3, 1], [1, 0, 2]])
    # linear: observed disagreement .1*.5 + .1*.5 + .1*1 = .2; by chance .5*(2*.12 + 2*.12) + 2*.09 = .42
    assert kappa_of_table(table, Weights.LINEAR).value == pytest.approx(1 - 0.2 / 0.42)
    # quadratic: .1*.25 + .1*.25 + .1 = .15; by chance .25*.48 + .18 = .3
    assert kappa_of_table(table, Weights.QUADRATIC).value == pytest.approx(0.5)
    # unweighted: .3 against 1 - (.09 + .16 + .09) = .66
    assert kappa_of_table(table, Weights.NONE).value == pytest.approx(1 - 0.3 / 0.66)


def test_standard_error_is_that_of_many_samples():
    rng = np.random.default_rng(0)
    shares = np.array([[0.3, 0.1, 0.02], [0.05, 0.2, 0.08], [0.01, 0.04, 0.2]])
    found = kappa_of_table(np.round(shares * 400), Weights.LINEAR)
    drawn = [
        kappa_of_table(table.reshape(3, 3).astype(float), Weights.LINEAR).value
        for table in rng.multinomial(400, shares.ravel() / shares.sum(), 4000)
    ]
    assert (found.interval[1] - found.interval[0]) / 2 / 1.96 == pytest.approx(np.std(drawn), rel=0.05)


def test_grades_in_order():
    grades = ["none", "some", "much"]
    first, second = ["none", "some", "much", "none"], ["none", "much", "much", "some"]
    found = weighted_kappa(first, second, grades)
    assert (found.count, found.agreement) == (4, 0.5)
    assert found.value == pytest.approx(1 - (2 * 0.25 / 4) / _chance(first, second))
    assert math.isclose(weighted_kappa(first, first, grades).value, 1.0)
    assert weighted_kappa([], [], grades) is None
    assert weighted_kappa(["none"] * 3, ["none"] * 3, grades) is None
    assert weighted_kappa([1], [1], [1]) is None


def _chance(first, second):
    place = {"none": 0.0, "some": 0.5, "much": 1.0}
    return np.mean([(place[one] - place[other]) ** 2 for one in first for other in second])
