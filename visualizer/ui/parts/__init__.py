"""Widgets that several pages share and that need the session."""
