"""The layer types, one file each, and what several share: `merging.py`, `torch_window.py`.

A file in this folder is found automatically; see README.md, "Add a layer type".
"""
