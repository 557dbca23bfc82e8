"""What is inside a network: kernels, feature maps, probabilities of one picture."""
