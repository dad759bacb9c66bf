"""A slider in a running kernel: messages move it, drawings come back."""

from tests.helpers.slider_mover import check_slider, talking


def test_slider_lives_in_a_real_kernel() -> None:
    """With the gate's ipywidgets 8; under Colab's 7.7.1 in tests/tooling/test_colab_emulation.py."""
    with talking() as talk:
        check_slider(talk, "import ipywidgets\nassert int(ipywidgets.__version__[0]) >= 8")
