"""Shapes: closed outlines in image coordinates, and the pixels that they hold. No Qt here, no mask is changed here."""
