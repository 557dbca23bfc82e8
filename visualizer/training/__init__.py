"""The training loop, its events and commands, the worker processes and the run store.

The path of a run: a page gives a `RunSpec` to the `WorkerPool`; a worker process trains it (`Training`) and emits
events; the pool writes them into the `RunStore`; pages read the store. Commands go the other way, from the page through
the pool to the worker.
"""
