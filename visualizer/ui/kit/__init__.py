"""Pieces of the screen that know no session: charts, components, text, links, quantities."""
