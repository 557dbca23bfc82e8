"""The training loop, its events and commands, the worker processes and the run store."""
