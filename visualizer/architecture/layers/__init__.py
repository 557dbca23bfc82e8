"""The layer types, one file each. A file put here is found by itself; see README.md, "Add a layer type"."""
