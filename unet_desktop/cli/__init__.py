"""The terminal: one sub-command a file. Imports no Qt."""
