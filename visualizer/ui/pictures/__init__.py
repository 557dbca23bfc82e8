"""Data sets of your own pictures, and more data sets."""
