"""Correct: tools, labels and predictions; the commands that edit a mask."""
