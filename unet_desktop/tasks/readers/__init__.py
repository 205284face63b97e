"""Readers of a project: how they differ, how well they agree, and their work brought together."""
