"""Data sets: real, drawn and uploaded pictures with their labels and splits."""
