"""The layer types, one file each. A file in this folder is found automatically; see README.md, "Add a layer type"."""
