"""Compare: two readers, or a model and a reader."""
