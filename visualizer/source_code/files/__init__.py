"""Networks in files of other programs: Keras's and ONNX's, read without running anything that is in them.

Whatever the file of a library is, a process of its own parses it with bounded memory and time (`process`); what a
network is made of, and whether it is the same here, is decided in this process, from plain data.
"""
