"""STAPLE against the formulas of the paper, worked out pixel by pixel, and against what must hold."""

from __future__ import annotations

import numpy as np
import pytest

from unet_desktop.statistics import staple
from unet_desktop.statistics.staple import MISSING, NO, YES, estimate_truth


def by_pixel(decisions, rounds):
    """The same by loops over pixels and readers."""
    n, readers = decisions.shape
    prior = sum(decisions[i, j] == YES for i in range(n) for j in range(readers)) / (n * readers)
    p, q = [staple._BEGIN] * readers, [staple._BEGIN] * readers
    for _ in range(rounds):
        weights = []
        for i in range(n):
            a, b = prior, 1 - prior
            for j in range(readers):
                a *= p[j] if decisions[i, j] else 1 - p[j]
                b *= 1 - q[j] if decisions[i, j] else q[j]
            weights.append(a / (a + b))
        for j in range(readers):
            p[j] = sum(w for w, d in zip(weights, decisions[:, j], strict=True) if d) / sum(weights)
            q[j] = sum(1 - w for w, d in zip(weights, decisions[:, j], strict=True) if not d) / (n - sum(weights))
    return weights, p, q


def test_by_hand(monkeypatch):
    # 4 pixels: all yes, two yes, one yes, all no. One round from p = q = 0.9; the prior is 6 / 12.
    monkeypatch.setattr(staple, "_BEGIN", 0.9)
    monkeypatch.setattr(staple, "_MOST_ROUNDS", 1)
    patterns = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0]])
    found = estimate_truth(patterns, np.ones(4, int))
    assert found.weights == pytest.approx([729 / 730, 9 / 10, 1 / 10, 1 / 730])
    total = 729 / 730 + 1 + 1 / 730
    assert found.sensitivity == pytest.approx([(total - 1 / 730) / total, (729 / 730 + 0.9) / total, 729 / 730 / total])
    assert found.specificity == pytest.approx([729 / 730 / total, (0.9 + 729 / 730) / total, (total - 1 / 730) / total])


def test_patterns_are_counted_as_pixels_would_be():
    rng = np.random.default_rng(1)
    truth = rng.random(200) < 0.4
    decisions = np.stack([truth ^ (rng.random(200) < error) for error in (0.05, 0.1, 0.2, 0.3)], 1).astype(int)
    patterns, counts = np.unique(decisions, axis=0, return_counts=True)
    found = estimate_truth(patterns, counts)
    weights, p, q = by_pixel(decisions, found.rounds)
    place = {tuple(pattern): weight for pattern, weight in zip(patterns, found.weights, strict=True)}
    assert [place[tuple(decision)] for decision in decisions] == pytest.approx(weights)
    assert (list(found.sensitivity), list(found.specificity)) == (pytest.approx(p), pytest.approx(q))
    errors = 1 - (found.sensitivity + found.specificity) / 2
    assert list(errors) == sorted(errors)  # the readers come out in the order of their errors


def test_missing_decisions_say_nothing():
    patterns = np.array([[YES, YES, MISSING], [NO, NO, MISSING], [MISSING, MISSING, YES]])
    found = estimate_truth(patterns, np.array([5, 5, 1]))
    assert found.weights[0] > 0.999
    assert found.weights[1] < 0.001
    assert np.isfinite(found.sensitivity).all()
    alone = estimate_truth(np.array([[MISSING, YES]]), np.array([3]))
    assert alone.weights == pytest.approx([1.0])
