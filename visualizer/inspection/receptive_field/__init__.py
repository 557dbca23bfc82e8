"""Receptive fields: the pixels of the picture that a unit can see."""
