"""Everything between a learner and a kernel: threads, schedule, progress."""
