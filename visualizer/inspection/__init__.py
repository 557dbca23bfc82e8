"""What is inside a network: kernels, feature maps, answers to one picture."""
