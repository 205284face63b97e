"""Adapt: let a model learn from a folder of pictures that have no masks."""
