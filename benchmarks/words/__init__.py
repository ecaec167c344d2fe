"""Word vectors of a window: each model and loss beside its peers."""
