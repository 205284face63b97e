"""Masks of one reader against those of another: figures a picture, their means, and how far the two agree."""
