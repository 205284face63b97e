"""Eye: which of the two a picture shows, and where its nose is."""

from __future__ import annotations

from enum import StrEnum


class Eye(StrEnum):
    """Which eye the picture shows: oculus dexter, oculus sinister, or not known."""

    RIGHT = "right"
    LEFT = "left"
    UNKNOWN = ""

    @property
    def nasal_is_right(self) -> bool | None:
        """Does the nasal side lie at the picture's right? None when the eye is not known.

        A fundus photograph shows the eye as it is seen by somebody who faces the patient, so the disc, which lies
        nasally, is at the right of a right eye (O'Rahilly, Müller, Carpenter and Swenson, "Basic Human Anatomy",
        Dartmouth 2008, chapter 46, figure 46-9: "Right fundus oculi").
        """
        return None if self is Eye.UNKNOWN else self is Eye.RIGHT
