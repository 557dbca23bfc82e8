import numpy as np
import torch

from visualizer.concepts.pixel_classes import pixel_classes


def test_the_scores_are_those_of_a_convolution():
    random = np.random.default_rng(0)
    features = random.normal(size=(8, 5, 6)).astype(np.float32)
    kernels, bias = random.normal(size=(3, 8, 1, 1)).astype(np.float32), random.normal(size=3).astype(np.float32)
    made = pixel_classes(features, kernels, bias)
    expected = torch.nn.functional.conv2d(*map(torch.from_numpy, (features[None], kernels, bias)))[0].numpy()
    np.testing.assert_allclose(made.scores, expected, atol=1e-5)
    # And of a Dense layer with the same weights, at each pixel.
    dense = features[:, 2, 4] @ kernels[:, :, 0, 0].T + bias
    np.testing.assert_allclose(made.scores[:, 2, 4], dense, atol=1e-5)
    assert (made.mask == expected.argmax(0)).all()
