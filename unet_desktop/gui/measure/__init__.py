"""Measure: ratios, sizes and the rim of the open case."""
