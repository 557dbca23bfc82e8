"""What a network is: layer types, architectures, the shape rule, and `network.build` to a torch module."""
