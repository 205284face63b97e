"""Models: the project's checkpoints."""
