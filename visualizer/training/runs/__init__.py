"""What is kept of every run, and what can be said about it."""
