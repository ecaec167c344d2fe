"""The outside world → integer arrays: one path for every learner."""
