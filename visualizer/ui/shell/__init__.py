"""Around every page: navigation, the workspace of the address, the login, failures, and what guards the server."""
