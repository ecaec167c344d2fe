"""How a model learns: optimisers, clipping, shared weights, the loop around them, checkpoints."""
