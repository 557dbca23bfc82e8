"""What a network can be trained for, one file each; a file in this folder is found automatically."""
