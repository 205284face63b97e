"""Public sets of photographs with disc and cup, each in its published layout."""
