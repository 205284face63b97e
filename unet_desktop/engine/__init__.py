"""Networks, training and prediction: the only place where torch is named."""
