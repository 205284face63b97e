"""Masks: the label image and everything done to it. (H, W) uint8: 0 background, a label's value, 255 not annotated."""
