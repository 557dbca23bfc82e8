"""What somebody marked in pictures of their own, and the file formats that it comes in."""
