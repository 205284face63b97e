"""Views: they bring what the workbench knows to the canvas and the panels, one class for each part of the window."""
