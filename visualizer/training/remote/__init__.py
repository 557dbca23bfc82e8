"""Training on a Ray cluster, and several app servers on one workspace folder: optional."""
