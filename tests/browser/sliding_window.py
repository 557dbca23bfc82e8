"""How a test points at the sliding window and reads what it says."""

from playwright.sync_api import Locator, Page


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def point_at(page: Page, side: str, row: int, column: int, rows: int, plane: int = 0) -> None:
    """Move the real mouse to the middle of a pixel; rows and columns count from 1. `rows` is how many the map has."""
    field = field_of(page, side, plane)
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    assert box is not None
    cell = box["height"] / rows
    page.mouse.move(box["x"] + (column - 0.5) * cell, box["y"] + (row - 0.5) * cell)


def field_of(page: Page, side: str, plane: int = 0) -> Locator:
    return page.locator(f"figure.{side} .plane > div").nth(plane)


def place(page: Page) -> str:
    return page.locator(".transport .place").inner_text()


def sum_and_torch(page: Page) -> tuple[float, float]:
    """The sum of the products that the browser shows, and torch's number beside it."""
    return number(page.locator(".result .sum").inner_text()), number(page.locator(".result .torch").inner_text())


def numbers(page: Page, grid: int) -> list[float]:
    """The cells of one of the grids, such as window (0), kernel (1), products (2)."""
    cells = page.locator(".arithmetic .grid").nth(grid).locator("> *")
    return [number(text) for text in cells.evaluate_all("cells => cells.map(cell => cell.value ?? cell.textContent)")]


def count_sent(page: Page) -> list[object]:
    """A list that grows with all that the page sends to the server; call it before the page is opened."""
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    return sent
