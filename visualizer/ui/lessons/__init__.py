"""What only the concept pages draw."""
