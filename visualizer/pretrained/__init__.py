"""Networks that others trained, opened as layers that can be looked into."""
