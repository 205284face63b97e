"""The project on disk: files and folders that people can read, and a catalog that can be rebuilt."""
