"""The slider with a kernel behind it: any value, the reader's own drawing. The only ipywidgets import."""

import html
from collections.abc import Callable, Sequence
from typing import Any

VIEW = "application/vnd.jupyter.widget-view+json"


def _control(label: str, values: Sequence[Any], start: Any) -> Any:
    """Choose the widget: a slider over the whole range for numbers, over the given values for the rest."""
    import ipywidgets as widgets

    style = {"description_width": "initial"}
    look = {"description": label, "style": style, "layout": widgets.Layout(width="95%"), "value": start}
    if all(type(value) is int for value in values):
        return widgets.IntSlider(min=min(values), max=max(values), **look)
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        low, high = float(min(values)), float(max(values))
        step = (high - low) / 1000 or 1.0
        return widgets.FloatSlider(min=low, max=high, step=step, readout_format=".5g", **look)
    return widgets.SelectionSlider(options=list(values), **look)


def live_view(picture: Callable[[Any], str], label: str, values: Sequence[Any], start: Any) -> dict[str, Any]:
    """Build slider and picture; return what a notebook needs to show them, or nothing without ipywidgets.

    Only names that ipywidgets 7.7.1 and 8 share. The picture is an HTML widget: Colab shows it reliably.
    """
    try:
        import ipywidgets as widgets
    except ModuleNotFoundError:
        return {}
    control = _control(label, values, start)
    view = widgets.HTML(value=picture(start))

    def redraw(change: Any) -> None:
        try:
            view.value = picture(change["new"])
        except Exception as error:  # a reader's own draw may fail: say it where they look
            view.value = f"<pre>{html.escape(f'{type(error).__name__}: {error}')}</pre>"

    control.observe(redraw, names="value")
    box = widgets.VBox([control, view])
    return {VIEW: {"version_major": 2, "version_minor": 0, "model_id": box.model_id}}
