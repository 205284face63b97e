"""Colours of reports, by purpose.

The series' colours are those of Okabe and Ito (2008), "Color Universal Design", https://jfly.uni-koeln.de/color/, which
colour-blind readers can tell apart.
"""

from __future__ import annotations

ON_WHITE = {
    "sheet": "#ffffff",
    "ink": "#1b1e23",
    "muted": "#565d68",
    "grid": "#dfe2e6",
    "first": "#0072b2",
    "second": "#d55e00",
    "third": "#009e73",
    "fourth": "#aa4499",
}
"""Purpose to "#rrggbb" on white; `templates/report.css` sets them for light, dark and print."""
SERIES = ("first", "second", "third", "fourth")
"""Colours of groups of values, in order."""
