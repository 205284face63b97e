"""The project on disk: files and folders that people can read."""
