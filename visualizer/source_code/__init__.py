"""Networks as other people write them: Keras and PyTorch source, read and written."""
