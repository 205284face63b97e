"""Editing: the mask in memory and its way to the disk."""
