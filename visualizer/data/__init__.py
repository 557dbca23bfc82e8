"""Data sets: real, generated and uploaded pictures with their labels and splits."""
