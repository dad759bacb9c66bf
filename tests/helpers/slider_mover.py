"""Move a slider as a front end does: a message to the kernel, and what comes back."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

SLIDER = """
import warnings
from lessons_pkg import plotting, sliders

def draw(lr):
    return plotting.loss_curve([1.0, lr]), f"The loss ends at {lr:.3f}."

with warnings.catch_warnings():
    warnings.simplefilter("error")  # 7.7.1 only warns, and in secret, where it ignores a keyword
    warnings.filterwarnings("ignore", "datetime.datetime.utcnow")  # of Colab's jupyter_client, from Python 3.12 on
    sliders.explore(draw, lr=[0.1, 0.2, 0.4])
"""


def moved_slider(talk: Any, setup: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Show a slider, type 0.317 into its field; return the states that came back, of showing and of moving."""
    states: list[dict[str, Any]] = []
    errors: list[str] = []

    def listen(message: dict[str, Any]) -> None:
        content = message["content"]
        errors.extend(content.get("traceback", []))
        if message["msg_type"] in ("comm_open", "comm_msg"):
            states.append({"id": content["comm_id"], **content["data"].get("state", {})})

    talk.execute_interactive(setup + SLIDER, output_hook=listen, timeout=120)
    assert not errors, errors
    shown = list(states)
    (field,) = [state["id"] for state in shown if state.get("_model_name") == "FloatTextModel"]
    data = {"method": "update", "state": {"value": 0.317}, "buffer_paths": []}
    talk.shell_channel.send(talk.session.msg("comm_msg", {"comm_id": field, "data": data}))
    states.clear()
    while not any("<figure" in str(state.get("value")) for state in states):
        listen(talk.get_iopub_msg(timeout=30))
    return shown, states


def check_slider(talk: Any, setup: str = "") -> None:
    shown, moved = moved_slider(talk, setup)
    before = next(state for state in shown if state.get("_model_name") == "HTMLModel")
    after = next(state for state in moved if state["id"] == before["id"])
    assert "The loss ends at 0.100." in before["value"]
    assert "The loss ends at 0.317." in after["value"]
    pictures = [re.findall(r"<path [^>]*>", state["value"]) for state in (before, after)]
    assert pictures[0]
    assert pictures[0] != pictures[1], "the drawing must change with the caption"


@contextmanager
def talking(command: Sequence[str] = (), env: Mapping[str, str] = MappingProxyType({})) -> Iterator[Any]:
    """Give a client that talks to a running kernel, this Python's or another; end the kernel afterwards."""
    manager = KernelManager(kernel_name="python3")
    if command:
        manager._kernel_spec = KernelSpec(argv=[*command, "-f", "{connection_file}"], language="python")
    manager.start_kernel(env={**os.environ, **env})
    client = manager.blocking_client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=60)
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
