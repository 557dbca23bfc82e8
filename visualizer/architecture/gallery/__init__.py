"""The networks of the gallery: those that changed how convolutional networks are built, one file a family."""
