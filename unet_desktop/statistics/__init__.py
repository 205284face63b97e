"""Statistics of agreement between readers: plain arithmetic on numbers, no pictures."""
