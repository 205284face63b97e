"""Device: CPU, GPU and several processes."""
