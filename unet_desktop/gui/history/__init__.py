"""History: the steps that led to the mask."""
