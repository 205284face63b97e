"""Folders: segmenting pictures outside a project."""
