"""Follows Python source by its syntax tree, without running it, and knows what it does not know."""
