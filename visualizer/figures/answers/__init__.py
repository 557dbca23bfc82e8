"""How each kind of answer is drawn, one file each; a file in this folder is found automatically."""
