"""Data sets of one’s own pictures, and more data sets."""
