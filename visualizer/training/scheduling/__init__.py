"""Which worker trains which run, and when: the pool, the worker processes, and the messages between them."""
