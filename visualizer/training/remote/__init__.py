"""Training on a Ray cluster, and several app servers on one workspace folder: optional, and behind interfaces.

`cluster` is behind `scheduling.workers.Worker`, `servers` behind `scheduling.peers.Peers`.
"""
