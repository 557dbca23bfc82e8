"""What a tab holds: its session, its jobs, and the networks and data sets that it can open."""
