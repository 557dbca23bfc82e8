"""Why a file of a tab was refused while it was sent: its page says so when it is next drawn."""

from collections import OrderedDict
from time import monotonic

# The reason and the time of the last refusal, by tab; only of the latest tabs.
_refused: OrderedDict[str, tuple[str, float]] = OrderedDict()
_MOST_REFUSED = 1_000
# A page is drawn several times while it reads the accepted files.
SHOWN_FOR = 20.0  # seconds


def note_refusal(tab: str, reason: str) -> None:
    """Remember why a file of that tab was refused just now."""
    _refused[tab] = (reason, monotonic())
    _refused.move_to_end(tab)
    if len(_refused) > _MOST_REFUSED:
        _refused.popitem(last=False)


def recent_refusal(tab: str) -> str:
    """Why a file of that tab was refused a moment ago; empty if none was."""
    reason, at = _refused.get(tab, ("", 0.0))
    return reason if monotonic() - at < SHOWN_FOR else ""
