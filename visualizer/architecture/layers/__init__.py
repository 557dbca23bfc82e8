"""The layer types, one file each, and in `merging.py` what those share that merge.

A file in this folder is found automatically; see README.md, "Add a layer type".
"""
