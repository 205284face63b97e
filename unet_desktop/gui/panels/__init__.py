"""Dock panels: one widget a file."""
