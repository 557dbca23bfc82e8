"""A run as one HTML file that needs neither the app nor the internet."""
