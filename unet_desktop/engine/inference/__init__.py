"""Inference: from a checkpoint to masks."""
