"""The project on disk: files and folders that people can understand, and a catalog that can be rebuilt."""
