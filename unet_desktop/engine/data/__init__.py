"""Data: from cases on disk to training examples."""
