"""Train: the form, progress, curves and results of a training run."""
