"""Session: the open project and the open case."""
