"""Networks as other people write them: Keras source read and written, PyTorch source written."""
