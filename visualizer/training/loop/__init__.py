"""The training loop and what it needs: examples, augmentation, health, snapshots, checkpoints."""
