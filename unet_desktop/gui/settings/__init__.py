"""Settings: what the program remembers between sessions."""
