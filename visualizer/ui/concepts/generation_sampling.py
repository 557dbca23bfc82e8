"""Reparameterisation: a variational autoencoder's code is drawn at random, and can still be trained.

The component drawn_codes draws it and computes what it shows; its sliders send nothing to the server.
"""

import numpy as np
import streamlit as st

from visualizer.concepts.reparameterization import divergence, epsilons
from visualizer.figures.palette import BLUE
from visualizer.ui.kit.component import component
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.prediction import predict

_COUNT = 12
_SEED = 4
_CHOSEN = 9
_AXIS = (-7.0, 7.0)
_MEAN = {"low": -3.0, "high": 3.0, "step": 0.1, "start": 1.0}
_LOG_VARIANCE = {"low": -5.0, "high": 1.5, "step": 0.1, "start": -1.0}
_SHIFTED = 2.0
_NARROW = 0.1


@st.fragment
def sampling() -> None:
    """Draw the codes that hang on fixed random numbers, and what their distribution costs."""
    st.markdown(
        explained(
            "Between an autoencoder’s codes there are gaps, and what it draws of a code in a gap may be no digit. A "
            "*variational* autoencoder says for each picture a mean μ and a log variance log σ², and **draws the code "
            "at random from there**, so that neighbouring codes must draw similar pictures. But a random draw has no "
            "gradient. So the chance is kept outside: ε is drawn first, and the code is $z = μ + σ · ε$ ([Kingma and "
            "Welling, 2013](https://arxiv.org/abs/1312.6114)). Its slopes are known, and training can move μ and σ."
        )
    )
    _ask()
    component("drawn_codes")(
        key="drawn-codes",
        data={
            "epsilons": epsilons(_COUNT, _SEED).tolist(),
            "chosen": _CHOSEN,
            "axis": {"low": _AXIS[0], "high": _AXIS[1]},
            "ranges": [_MEAN, _LOG_VARIANCE],
            "color": BLUE,
        },
    )
    st.caption(
        explained(
            "KL is the Kullback-Leibler divergence of the code’s distribution from the standard normal one, in nats. "
            "It is added to the loss for each number of the code: without it, the encoder could make every σ tiny and "
            "move the means far apart, and the gaps would be back. KL is 0 where both curves are the same; they are "
            "drawn equally high, however wide they are."
        )
    )


def _ask() -> None:
    shifted, narrow = divergence(_SHIFTED, 0), divergence(0, 2 * float(np.log(_NARROW)))
    predict(
        "A code from the standard normal distribution, with μ = 0 and σ = 1, costs nothing. Which of these costs more "
        "in KL?",
        {"mean": f"moving μ from 0 to {_SHIFTED:g}", "deviation": f"shrinking σ from 1 to {_NARROW:g}"},
        "mean" if shifted > narrow else "deviation",
        explained(
            f"The mean costs its square, the deviation little more than its logarithm. With μ = {_SHIFTED:g} it is "
            f"({_SHIFTED:g}² + 1 − 1 − 0) / 2 = {shifted:.2f} nats, and with σ = {_NARROW:g} it is (0² + "
            f"{_NARROW**2:.2f} − 1 + {-2 * np.log(_NARROW):.2f}) / 2 = {narrow:.2f} nats. To be far from 0 is what "
            "costs most: the codes of all pictures crowd together, and few gaps remain."
        ),
        key="sampling",
    )
