"""A project as one file: write it, check it, restore it."""
