"""What surrounds every page: navigation, the workspace in the address, login, error display, the server's guards."""
