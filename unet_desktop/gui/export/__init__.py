"""Export: what people drew, to files for others."""
