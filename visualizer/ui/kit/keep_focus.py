"""The keyboard's focus stays in a row of buttons that replace one another."""

from visualizer.ui.kit.component import unseen


def keep_focus(row: str) -> None:
    """Keep it in the container of that key; call it inside.

    If a pressed button disappears or turns grey, the button in its place gets the focus.
    """
    unseen("keep_focus", key=f"focus-{row}", data={"row": row})
