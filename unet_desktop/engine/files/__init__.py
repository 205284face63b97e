"""Files: checkpoints and training states."""
