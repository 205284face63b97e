"""The canvas: view and one item a file; the pointer is the only place that maps coordinates."""
