"""CNN Visualizer: build a convolutional network, train it live, look inside it.

Data flows in one direction (see CONTRIBUTING.md):

    Architecture -> build() -> Network -> training -> RunStore
    RunStore / Network + image -> probe() -> numpy results -> figures -> pages
"""
