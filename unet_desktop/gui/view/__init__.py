"""View: how picture and mask are shown."""
