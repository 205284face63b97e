"""Images: decoding, listing, display, and the geometry of crops."""
