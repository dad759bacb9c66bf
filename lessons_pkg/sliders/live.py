"""The sliders with a kernel behind them: any value, the reader's own drawing. The only ipywidgets import."""

import html
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

VIEW = "application/vnd.jupyter.widget-view+json"


class Parameter(NamedTuple):
    """One parameter of ``draw``: its values and how they are written, and where it starts."""

    name: str
    label: str
    values: list[Any]
    words: list[str]
    start: Any


def _controls(parameter: Parameter, choose: Callable[[Any], None]) -> list[Any]:
    """Make a slider over the author's values and, for numbers, a field that takes any other."""
    import ipywidgets as widgets

    look = {"description": parameter.label, "value": parameter.start, "layout": widgets.Layout(width="95%")}
    options = list(zip(parameter.words, parameter.values, strict=True))
    slider = widgets.SelectionSlider(options=options, style={"description_width": "initial"}, **look)
    if not all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in parameter.values):
        slider.observe(lambda change: choose(change["new"]), names="value")
        return [slider]
    whole = all(isinstance(value, int) for value in parameter.values)
    field = (widgets.IntText if whole else widgets.FloatText)(
        value=parameter.start, description="or type", style={"description_width": "initial"}
    )
    slider.observe(lambda change: field.set_trait("value", change["new"]), names="value")
    field.observe(lambda change: choose(change["new"]), names="value")
    return [slider, field]


def live_view(picture: Callable[..., str], parameters: Sequence[Parameter], opening: str) -> dict[str, Any]:
    """Build controls and picture; return what a notebook needs to show them, or nothing without ipywidgets.

    ``picture`` is called with the parameters' names; ``opening`` is what it gave at the start. Only what
    ipywidgets 7.7.1 and 8 share is used. The picture is an HTML widget: Colab shows it reliably.
    """
    try:
        import ipywidgets as widgets
    except ModuleNotFoundError:
        return {}
    chosen = {parameter.name: parameter.start for parameter in parameters}
    view = widgets.HTML(value=opening)

    def chooser(name: str) -> Callable[[Any], None]:
        def choose(value: Any) -> None:
            chosen[name] = value
            try:
                view.value = picture(**chosen)
            except Exception as error:  # a reader's own draw may fail: say it where they look
                view.value = f"<pre>{html.escape(f'{type(error).__name__}: {error}')}</pre>"

        return choose

    controls = [control for p in parameters for control in _controls(p, chooser(p.name))]
    box = widgets.VBox([*controls, view])
    return {VIEW: {"version_major": 2, "version_minor": 0, "model_id": box.model_id}}
