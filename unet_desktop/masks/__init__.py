"""The label image and all that is done to it. (H, W) uint8: 0 background, a label's value, 255 not annotated."""
