"""One page of the app in Streamlit's own test runner, inside the real navigation."""

import json
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60


def open_page(name: str) -> AppTest:
    """The page pages/NAME.py after its first run; fails where that raises."""
    app = AppTest.from_file(str(ROOT / "visualizer" / "ui" / "shell" / "navigation.py"), default_timeout=SECONDS).run()
    return without_exception(app.switch_page(f"../../../pages/{name}.py").run())


def open_part(name: str, part: str) -> AppTest:
    """A part of the page pages/NAME.py, by its tab."""
    app = open_page(name)
    app.session_state[f"{name}-parts"] = part
    return without_exception(app.run())


def answer_question(app: AppTest, key: str, option: str) -> str:
    """Answer the question whose key begins so; all words that the page then shows."""
    (pills,) = (pills for pills in app.get("button_group") if str(pills.key).startswith(f"answer-{key}"))
    without_exception(pills.set_value(option).run())
    return " ".join(text.value for text in app.markdown)


def without_exception(app: AppTest) -> AppTest:
    assert not app.exception, [box.value for box in app.exception]
    return app


def after_reading(app: AppTest) -> AppTest:
    """The page once the file that it reads, if it does, has been read."""
    for key, job in list(app.session_state["visualizer"].jobs.items()):
        if key.endswith("-reading"):
            job.join(60)
            app.run()
    return without_exception(app)


def open_from_gallery(app: AppTest, button: str) -> AppTest:
    """On Build: open the network of the gallery that has this button."""
    without_exception(app.button(key="gallery").click().run())
    return without_exception(next(one for one in app.button if one.label == button).click().run())


def _data(app: AppTest) -> list[dict[str, Any]]:
    """What each of our own components on the page was given, in order."""
    texts = [component.proto.json for component in app.get("bidi_component") if component.proto.json]
    return [json.loads(text, parse_constant=_unreadable) for text in texts]


def _unreadable(constant: str) -> None:
    raise AssertionError(f"A browser reads no {constant}")


def charts(app: AppTest) -> list[dict[str, Any]]:
    """What each chart of the page was given to draw, in order: its figure (JSON text) and its text alternative."""
    return [chart for chart in _data(app) if "figure" in chart]


def add_layer(app: AppTest, key: str, layer_type: str) -> None:
    """Ask one of Build's menus, or the button below its list, to add a layer; then choose its type."""
    menu = next((menu for menu in app.get("menu_button") if menu.key == key), None)
    without_exception((app.button(key=key).click() if menu is None else menu.click("add")).run())
    without_exception(app.button(key=f"add-{layer_type}").click().run())


def rail_data(app: AppTest) -> dict[str, Any]:
    """What the rail beside Build's cards was given to draw."""
    return next(data for data in _data(app) if "lanes" in data)


def component_data(app: AppTest, entry: str) -> dict[str, Any]:
    """What the first of our own components was given whose data has that entry."""
    return next(data for data in _data(app) if entry in data)


def has_component(app: AppTest, entry: str) -> bool:
    """Whether one of our own components was given data with that entry."""
    return any(entry in data for data in _data(app))


def progress_line(app: AppTest) -> str:
    """The progress of the run on the Train page, in words; empty where there is none."""
    return next((f"{data['state']} · {data['details']}" for data in _data(app) if "share" in data), "")


def chart(app: AppTest, key: str) -> dict[str, Any]:
    """What the chart of that key was given."""
    return next(chart for chart in charts(app) if chart["key"] == key)


def alts(app: AppTest) -> list[str]:
    """The text alternatives of all charts on the page, in order."""
    return [chart["alt"] for chart in charts(app)]
