"""Networks that others trained, opened as layers for Look inside."""
