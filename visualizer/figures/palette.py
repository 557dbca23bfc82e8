"""The colours and the letters of every figure. Source of the colours: Okabe and Ito, https://jfly.uni-koeln.de/color/

People with any colour vision can distinguish them. Lines and bars have a contrast of at least 3 : 1 on the light and on
the dark background, which a test checks; for that, the original's orange, yellow, sky blue and purple are left out or
darkened.
"""

from plotly.colors import get_colorscale

BLUE = "#0072B2"
VERMILLION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#B5679A"
ORANGE = "#B87A00"
BROWN = "#8F6A5A"
INDIGO = "#7A66D9"
OLIVE = "#818A1E"
GREY = "#7D868C"
RED = "#E5484D"

# Of classes in masks, the most different ones first: areas with an outline, and bars with a grey edge, which need less
# contrast with the ground.
CLASS_COLOURS = (
    *("#0072B2", "#E69F00", "#CC79A7", "#009E73", "#F0E442", "#56B4E9", "#D55E00"),
    *(BROWN, INDIGO, RED),
)

# On a map in any colour: a white core with a black rim shows on dark and on bright pixels.
MARK = "#FFFFFF"
MARK_RIM = "#000000"
MARK_ANSWER = "#FFC20A"  # what a network says of a picture, where the truth is white
GRID = "rgba(255, 255, 255, 0.85)"
GRID_RIM = "rgba(0, 0, 0, 0.55)"
TRANSPARENT = "rgba(0, 0, 0, 0)"

# [position from 0 to 1, colour] by position: plotly.js calls other colours by the same names.
SEQUENTIAL = get_colorscale("Viridis")  # perceptually uniform, 0 is dark
DIVERGING = get_colorscale("RdBu_r")  # blue below zero, white at zero, red above

FONT_SIZE = 14
SMALL_FONT_SIZE = 13
TINY_FONT_SIZE = 11
LINE = 18  # pixels, of the small font
CHARACTER = 6.6  # pixels, the width of one in the small font, on average
