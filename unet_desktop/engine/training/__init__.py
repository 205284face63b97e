"""Training: loop, schedule, loss and validation."""
