"""Who trains what, and when: the pool, the worker processes and what they are told."""
