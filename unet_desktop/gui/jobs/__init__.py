"""Running the generators of tasks/ in a thread of the window."""
