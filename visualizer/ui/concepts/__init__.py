"""The concept pages."""
