"""How wide the page is on this person's screen, so that figures are drawn at the size they are shown at."""

from dataclasses import dataclass

from visualizer.ui.kit.component import sent_by, unseen
from visualizer.ui.state.session import session

NARROW = 640  # pixels of content below which Streamlit stacks columns
NARROWEST, WIDEST = 100, 10_000  # plausible pixels of content
_GAP = 16  # pixels between columns
_STEP = 20  # pixels; a smaller change of the window redraws nothing
_KEY = "viewport-width"


@dataclass
class Viewport:
    """Width of the page's content in pixels; a laptop's until it is measured."""

    width: int = 960


def measure_viewport() -> None:
    """Measure the page's content; if its width has changed, the page is drawn again."""
    viewport = session().page_state(Viewport)

    def changed() -> None:
        _take(viewport)

    data = {"width": viewport.width, "step": _STEP}
    unseen("viewport", key=_KEY, data=data, on_width_change=changed)


def _take(viewport: Viewport) -> None:
    width = sent_by(_KEY, "width")
    if isinstance(width, int | float) and NARROWEST <= width <= WIDEST:
        viewport.width = int(width)


def is_narrow() -> bool:
    """Whether columns are stacked, as on a phone."""
    return session().page_state(Viewport).width < NARROW


def column_width(share: float = 1.0) -> int:
    """Pixels of a column that takes this share (0 to 1) of the page; of the whole page where columns stack."""
    return share_of(session().page_state(Viewport).width, share)


def share_of(width: int, share: float) -> int:
    """The same for a page with content of that width in pixels."""
    return width if width < NARROW or share == 1.0 else int(width * share) - _GAP
