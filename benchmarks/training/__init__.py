"""What training costs: processors, memory, growth, compiling, checkpoints, determinism."""
