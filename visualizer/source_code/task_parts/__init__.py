"""What the scripts of each task have of their own, one file each."""
