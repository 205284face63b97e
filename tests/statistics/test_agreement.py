"""Limits of agreement, ICC and bootstrap against published worked examples, tables and counting by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from unet_desktop.statistics.bland_altman import limits_from_moments, limits_of_agreement
from unet_desktop.statistics.bootstrap import estimate_means
from unet_desktop.statistics.icc import intraclass_correlation
from unet_desktop.statistics.quantiles import LARGE, f_quantile, t_quantile

# Bland and Altman 1986, Lancet 327(8476), p. 307, table: peak expiratory flow (l/min) of 17 people, first measurement.
WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]

# Shrout and Fleiss 1979, Psychological Bulletin 86(2), p. 423, table 2: four judges on six targets.
JUDGED = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


class TestQuantiles:
    # Tables of t: Fisher and Yates; 2.12 and 1.99 are what Bland and Altman use for 16 and 84 degrees of freedom.
    @pytest.mark.parametrize(
        ("freedom", "value"), [(1, 12.706), (2, 4.303), (5, 2.571), (16, 2.120), (84, 1.989), (120, 1.980)]
    )
    def test_t_is_that_of_the_tables(self, freedom, value):
        assert t_quantile(0.975, freedom) == pytest.approx(value, abs=5e-4)

    # Abramowitz and Stegun 1964, table 26.9, 2.5 % points of F.
    @pytest.mark.parametrize(
        ("above", "below", "value"),
        [(1, 1, 647.8), (5, 15, 3.58), (15, 5, 6.43), (10, 10, 3.72), (60, 120, 1.53), (120, 120, 1.43)],
    )
    def test_f_is_that_of_the_tables(self, above, below, value):
        assert f_quantile(0.975, above, below) == pytest.approx(value, rel=2e-3)

    def test_both_ways_to_f_meet(self):
        exact, formula = f_quantile(0.975, LARGE - 1e-6, LARGE - 1e-6), f_quantile(0.975, LARGE, LARGE)
        assert formula == pytest.approx(exact, rel=1e-5)

    def test_many_degrees_of_freedom_come_to_an_end(self):
        assert t_quantile(0.975, 10**7) == pytest.approx(1.960, abs=1e-3)
        assert 1 < f_quantile(0.975, 10**6, 10**6) < 1.005

    @settings(max_examples=12)
    @given(st.floats(1, 150), st.floats(1, 150))
    def test_f_above_is_one_over_f_below(self, above, below):
        """F(p; a, b) = 1 / F(1 - p; b, a): Abramowitz and Stegun 26.6.9."""
        assert f_quantile(0.9, above, below) == pytest.approx(1 / f_quantile(0.1, below, above), rel=1e-6)


class TestLimitsOfAgreement:
    def test_peak_flow_of_1986(self):
        """P. 309: mean -2.1, s 38.8; the mean's standard error 9.4, its interval -22.0 to 17.8.

        The paper takes 2 standard deviations (-79.7 and 75.5), here they are 1.96; and its limits' standard error of
        16.3 is the approximation sqrt(3 s²/n) of what is 16.4 by the formula of 1999.
        """
        limits = limits_of_agreement(WRIGHT, MINI)
        assert limits.count == 17
        assert limits.bias == pytest.approx(-2.1, abs=0.05)
        assert limits.deviation == pytest.approx(38.8, abs=0.05)
        assert limits.bias_interval == pytest.approx((-22.0, 17.8), abs=0.06)
        assert limits.bias - 2 * limits.deviation == pytest.approx(-79.7, abs=0.06)
        assert limits.bias + 2 * limits.deviation == pytest.approx(75.5, abs=0.15)
        assert (limits.low, limits.high) == pytest.approx((-78.1, 73.9), abs=0.05)
        error = (limits.low_interval[1] - limits.low) / 2.12
        assert error == pytest.approx(16.4, abs=0.05)
        assert error == pytest.approx(math.sqrt(3 * 38.8**2 / 17), rel=0.01)

    def test_blood_pressure_of_1999(self):
        """P. 141 f.: of 85 people mean -16.29 and s 19.61 mmHg; limits -54.7 and 22.1, the limits' intervals -61.9 to
        -47.5 and 14.9 to 29.3, the mean's -20.5 to -12.1."""
        limits = limits_from_moments(85, -16.29, 19.61)
        assert (limits.low, limits.high) == pytest.approx((-54.7, 22.1), abs=0.05)
        assert limits.bias_interval == pytest.approx((-20.5, -12.1), abs=0.05)
        assert limits.low_interval == pytest.approx((-61.9, -47.5), abs=0.12)
        assert limits.high_interval == pytest.approx((14.9, 29.3), abs=0.12)

    def test_readers_who_agree_have_no_width(self):
        limits = limits_of_agreement([0.4, 0.5, 0.6], [0.4, 0.5, 0.6])
        assert (limits.bias, limits.low, limits.high, limits.high_interval) == (0, 0, 0, (0, 0))

    def test_one_pair_has_no_spread(self):
        assert limits_of_agreement([0.4], [0.5]) is None
        assert limits_of_agreement([], []) is None


class TestReliability:
    def test_four_judges_of_1979(self):
        """P. 424, table 4: ICC(2,1) is .29. The interval is that of R's psych::ICC for the same table: .019 to .761."""
        found = intraclass_correlation(JUDGED)
        assert found.count == 6
        assert found.value == pytest.approx(0.29, abs=0.005)
        assert found.interval == pytest.approx((0.019, 0.761), abs=0.0006)

    def test_by_hand_from_the_table_of_variance(self):
        """P. 423, table 3: mean squares 11.24 between targets, 32.49 between judges, 1.02 residual."""
        by_hand = (11.24 - 1.02) / (11.24 + 3 * 1.02 + 4 * (32.49 - 1.02) / 6)
        assert intraclass_correlation(JUDGED).value == pytest.approx(by_hand, abs=0.001)

    def test_a_reader_who_always_measures_more_does_not_agree(self):
        """Consistent, so ICC(3,1) would be 1. By hand: BMS 10/3, JMS 2, EMS 0, so (10/3) / (10/3 + 2 * 2 / 4)."""
        found = intraclass_correlation([[1, 2], [2, 3], [3, 4], [4, 5]])
        assert found.value == pytest.approx((10 / 3) / (10 / 3 + 1))
        assert found.interval[0] < found.value < found.interval[1] <= 1

    def test_equal_readers_agree_wholly(self):
        assert intraclass_correlation([[0.3, 0.3], [0.4, 0.4], [0.7, 0.7]]).interval == (1, 1)

    @pytest.mark.parametrize("values", [[[1, 1], [1, 1]], [[1, 2], [2, 1]], [[1, 2]], [], [[1], [2]]])
    def test_what_has_no_reliability(self, values):
        assert intraclass_correlation(values) is None

    @settings(max_examples=25)
    @given(st.lists(st.tuples(st.floats(0.1, 0.9), st.floats(0.1, 0.9)), min_size=3, max_size=30))
    @example([(0.5, 0.375), (0.75, 0.125), (0.125, 0.75)])  # the pictures' means are equal
    def test_it_lies_in_its_interval(self, values):
        found = intraclass_correlation(values)
        if found is not None:
            assert -1 <= found.interval[0] <= found.interval[1] <= 1
            assert found.value <= 1


class TestBootstrap:
    def test_means_are_over_those_that_have_the_figure(self):
        found = estimate_means([{"a": 1.0, "b": 2.0}, {"a": 3.0}], ["x", "y"], 0, 0)
        assert (found["a"].mean, found["a"].count, found["a"].interval) == (2.0, 2, None)
        assert (found["b"].mean, found["b"].count) == (2.0, 1)

    def test_of_normal_values_it_is_as_wide_as_by_t(self):
        values = np.random.default_rng(3).normal(0.8, 0.05, 200)
        found = estimate_means([{"a": value} for value in values], [str(at) for at in range(200)], 4000, 7)["a"]
        reach = t_quantile(0.975, 199) * values.std(ddof=1) / math.sqrt(200)
        assert found.interval == pytest.approx((values.mean() - reach, values.mean() + reach), abs=0.1 * reach)

    def test_the_seed_decides(self):
        pictures = [{"a": value} for value in (0.1, 0.5, 0.6, 0.9, 0.95)]
        first, again, other = (estimate_means(pictures, list("vwxyz"), 500, seed)["a"] for seed in (1, 1, 2))
        assert first == again
        assert first != other

    def test_a_skewed_figure_has_a_skewed_interval(self):
        """Dice near 1: the mean may well be lower but hardly higher; BCa shifts both ends down."""
        pictures = [{"dice": value} for value in (*[0.99] * 18, 0.6, 0.4)]
        low, high = estimate_means(pictures, [str(at) for at in range(20)], 4000, 0)["dice"].interval
        mean = sum(figures["dice"] for figures in pictures) / 20
        assert mean - low > 1.5 * (high - mean)

    def test_patients_are_drawn_whole(self):
        """Ten pictures of each of four patients say no more than one of each."""
        of_each = [0.5, 0.7, 0.8, 0.9]
        many = estimate_means([{"a": value} for value in of_each * 10], list("wxyz") * 10, 2000, 0)["a"]
        one = estimate_means([{"a": value} for value in of_each], list("wxyz"), 2000, 0)["a"]
        apart = estimate_means([{"a": value} for value in of_each * 10], [str(at) for at in range(40)], 2000, 0)["a"]
        assert many.interval == pytest.approx(one.interval)
        assert apart.interval[1] - apart.interval[0] < 0.5 * (one.interval[1] - one.interval[0])

    def test_equal_values_leave_no_doubt_and_one_patient_says_nothing(self):
        assert estimate_means([{"a": 0.5}] * 5, list("vwxyz"), 100, 0)["a"].interval == (0.5, 0.5)
        assert estimate_means([{"a": 0.5}, {"a": 0.6}], ["x", "x"], 100, 0)["a"].interval is None
        assert estimate_means([{"a": 0.5}, {"b": 0.6}], ["x", "y"], 100, 0)["a"].interval is None
        assert estimate_means([], [], 100, 0) == {}
