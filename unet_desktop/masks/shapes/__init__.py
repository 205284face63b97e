"""Shapes: closed outlines in image coordinates and the pixels inside them. No Qt, and no mask is changed here."""
