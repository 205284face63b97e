"""What people grade and measure themselves: the form, the fovea, the ruler."""
