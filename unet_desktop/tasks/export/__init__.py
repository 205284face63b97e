"""Export: what people drew in a project, as files for other programs and other people."""
