"""Cases: the list, its filter, and what is known about each case."""
