"""Segment folders of pictures into masks, tables and reports, for window, terminal and cluster alike."""
