"""Folders of pictures to masks, tables and reports: one run for window, terminal and cluster."""
