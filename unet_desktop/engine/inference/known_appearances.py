"""Known appearances: how the training pictures are framed and grained, and how another picture differs from them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.appearance import GRAIN_VALUES, Appearance, Field
from unet_desktop.masks.trust import Unfamiliar

_MAX_PICTURES = 100
_ENOUGH_FOR_NETWORK = 20
"""With fewer training pictures the network's features give false alarms, so they count only where no disc is found."""
_DISC_FACTOR = math.log(1.5)
"""The disc of another framing is larger or smaller in the picture than any in training, by more than this factor."""
_SURROUND = 0.08
"""Share of the picture from which a dark surround counts."""
_NO_SURROUND = 0.02
_OTHER_SHAPE = math.log(1.15)
"""Pictures without a surround whose aspect differs by more from all in training are framed in another way."""
_FIELD_DEVIATIONS = np.array([0.012, 0.012, 0.05, 0.1])
"""Standard deviations of `Field`'s first four values between pictures of one camera.

These and the constants below: docs/experiments/2026-11-30-unfamiliar-how.md.
"""
_FIELD_MOST = np.array([6.0, 6.0, 2.0, 2.5])
"""Deviations that count at most: the margins and the size of a picture also change when somebody saves it again."""
_FIELD_LIMIT = 3.3
_SAME_SHAPE, _OTHER_SIZE = 2.0, 1.0
"""In deviations."""
_GRAIN_NEIGHBOURS = 5
"""Grain is compared with the mean of the most similar training pictures, since they may be from several cameras."""
_GRAIN_PRIOR_WEIGHT = 30.0
"""The prior counts like this many pictures."""
_GRAIN_LIMIT, _GRAIN_LIMIT_FEW = 1.35, 2.0
"""The limit for N training pictures is the first plus the second over the root of N."""
_GRAIN_DEVIATIONS = np.array([0.10, 0.13, 0.10, 0.10, 0.18, 0.21, 0.045, 0.06])
_GRAIN_CORRELATIONS = np.array(
    [
        [1.00, 0.64, 0.68, 0.45, 0.19, 0.23, 0.25, -0.34],
        [0.64, 1.00, 0.89, 0.48, 0.74, 0.75, 0.32, 0.26],
        [0.68, 0.89, 1.00, 0.37, 0.52, 0.75, 0.27, 0.19],
        [0.45, 0.48, 0.37, 1.00, 0.61, 0.51, -0.06, -0.02],
        [0.19, 0.74, 0.52, 0.61, 1.00, 0.80, -0.05, 0.33],
        [0.23, 0.75, 0.75, 0.51, 0.80, 1.00, 0.02, 0.37],
        [0.25, 0.32, 0.27, -0.06, -0.05, 0.02, 1.00, 0.10],
        [-0.34, 0.26, 0.19, -0.02, 0.33, 0.37, 0.10, 1.00],
    ]
)
_RIDGE = 0.1
_DIGITS = 4

Grain = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class KnownAppearances:
    """The appearances of the training pictures.

    Attributes:
        fields: (N, 5) values of `Field`, in its order.
        discs: (N,) `Appearance.disc`.
        grains: (M, 8) `Appearance.grain`, of those that have one.
        precision: (8, 8) inverse covariance of the grain of pictures of one camera.
        fundus: all of them look like fundus photographs, see `looks_like_fundus`.
    """

    fields: NDArray[np.float64]
    discs: NDArray[np.float64]
    grains: Grain
    precision: NDArray[np.float64]
    fundus: bool

    @classmethod
    def fit(cls, appearances: Sequence[Appearance]) -> KnownAppearances | None:
        """Fit to the training pictures, at most 100 of them; None without any."""
        known = [one for one in appearances if one.disc is not None]
        known = known[:: max(1, -(-len(known) // _MAX_PICTURES))]
        if not known:
            return None
        fields = np.array([_values(one.field) for one in known])
        discs = np.array([one.disc for one in known], np.float64)
        grains = np.array([one.grain for one in known if one.grain is not None]).reshape(-1, GRAIN_VALUES)
        return cls(fields, discs, grains, _fit_precision(grains), all(one.fundus for one in appearances))

    def compare(self, appearance: Appearance, *, network_differs: bool) -> Unfamiliar:
        """How a picture differs from the training pictures.

        Args:
            appearance: of the picture.
            network_differs: whether a network's features of the whole picture differ, see `FamiliarityDetector`.
        """
        framing = self.is_other_framing(appearance)
        camera = not self.is_resized(appearance.field) and self.is_other_grain(appearance.grain)
        camera = camera or (not framing and self.is_other_field(appearance.field))
        if network_differs and not framing:
            camera = camera or len(self.discs) >= _ENOUGH_FOR_NETWORK or appearance.disc is None
        if framing:
            return Unfamiliar.BOTH if camera else Unfamiliar.FRAMING
        return Unfamiliar.CAMERA if camera else Unfamiliar.NO

    def is_other_framing(self, appearance: Appearance) -> bool:
        """Whether the disc's size in the picture, or the dark surround, is unlike all training pictures."""
        disc, surround = appearance.disc, appearance.field.surround
        if disc is not None and not self.discs.min() - _DISC_FACTOR <= disc <= self.discs.max() + _DISC_FACTOR:
            return True
        known = self.fields[:, 4]
        if known.min() >= _SURROUND and surround < 0.5 * known.min():
            return True
        if surround >= _SURROUND and known.max() < _NO_SURROUND:
            return True
        apart = np.abs(self.fields[:, 2] - appearance.field.picture_aspect).min()
        return bool(max(surround, known.max()) < _NO_SURROUND and apart > _OTHER_SHAPE)

    def is_other_field(self, field: Field) -> bool:
        """Whether a field in a dark surround has another shape than all of the training pictures."""
        apart = self._deviations(field)
        return bool(len(apart) and np.sqrt((apart**2).sum(axis=1)).min() > _FIELD_LIMIT)

    def is_resized(self, field: Field) -> bool:
        """Whether the picture is like a training picture but for its size, so that its grain cannot be compared."""
        apart = self._deviations(field)
        if not len(apart):
            return False
        most_similar = apart[np.sqrt((apart**2).sum(axis=1)).argmin()]
        return bool(np.sqrt((most_similar[:2] ** 2).sum()) < _SAME_SHAPE and most_similar[3] > _OTHER_SIZE)

    def _deviations(self, field: Field) -> NDArray[np.float64]:
        """(M, 4): how far `Field`'s first four values are from those of each training picture with a surround."""
        known = self.fields[self.fields[:, 4] >= _SURROUND]
        if field.surround < _SURROUND:
            return np.empty((0, 4))
        return np.asarray(
            np.minimum(np.abs(known[:, :4] - _values(field)[:4]) / _FIELD_DEVIATIONS, _FIELD_MOST), np.float64
        )

    def is_other_grain(self, grain: Grain | None) -> bool:
        """Whether the grain is unlike that of the most similar training pictures."""
        if grain is None or len(self.grains) < _GRAIN_NEIGHBOURS:
            return False
        apart = grain - _local_mean(grain, self.grains, self.precision)
        share = 1.0 + 1.0 / _GRAIN_NEIGHBOURS
        distance = math.sqrt(float(apart @ self.precision @ apart) / share / GRAIN_VALUES)
        return distance > _GRAIN_LIMIT + _GRAIN_LIMIT_FEW / math.sqrt(len(self.grains))

    def to_json(self) -> dict[str, Any]:
        """Plain data for a checkpoint's header."""
        return {"fields": _round(self.fields), "discs": _round(self.discs), "grains": _round(self.grains)} | {
            "fundus": self.fundus
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> KnownAppearances:
        """Read what `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: the data has another form.
        """
        fields, discs = np.asarray(data["fields"], np.float64), np.asarray(data["discs"], np.float64)
        grains = np.asarray(data["grains"], np.float64).reshape(-1, GRAIN_VALUES)
        finite = all(np.isfinite(array).all() for array in (fields, discs, grains))
        if not len(discs) or fields.shape != (len(discs), 5) or not finite:
            raise ValueError("appearances that do not fit")
        return cls(fields, discs, grains, _fit_precision(grains), data["fundus"] is True)


def _values(field: Field) -> NDArray[np.float64]:
    return np.array([field.aspect, field.fill, field.picture_aspect, field.width, field.surround])


def _prior() -> NDArray[np.float64]:
    """(8, 8) covariance of the grain of pictures of one camera."""
    return np.outer(_GRAIN_DEVIATIONS, _GRAIN_DEVIATIONS) * (
        (1.0 - _RIDGE) * _GRAIN_CORRELATIONS + _RIDGE * np.eye(GRAIN_VALUES)
    )


def _fit_precision(grains: Grain) -> NDArray[np.float64]:
    """The prior with what the training pictures, each left out once, add to it."""
    prior = _prior()
    if len(grains) <= _GRAIN_NEIGHBOURS:
        return _invert(prior)
    before = _invert(prior)
    apart = np.array([one - _local_mean(one, np.delete(grains, at, 0), before) for at, one in enumerate(grains)])
    scatter = apart.T @ apart / (1.0 + 1.0 / _GRAIN_NEIGHBOURS)
    return _invert((_GRAIN_PRIOR_WEIGHT * prior + scatter) / (_GRAIN_PRIOR_WEIGHT + len(grains)))


def _invert(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.linalg.inv(covariance), np.float64)


def _local_mean(grain: Grain, known: Grain, precision: NDArray[np.float64]) -> Grain:
    """(8,) mean of the most similar of the (M, 8) known ones."""
    apart = known - grain
    distances = np.einsum("ij,jk,ik->i", apart, precision, apart)
    return np.asarray(known[np.argsort(distances)[:_GRAIN_NEIGHBOURS]].mean(axis=0), np.float64)


def _round(array: NDArray[np.float64]) -> list[Any]:
    rounded: list[Any] = np.round(array, _DIGITS).tolist()
    return rounded
