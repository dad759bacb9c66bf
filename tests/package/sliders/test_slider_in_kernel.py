"""A slider in a running kernel: messages move it, drawings come back."""

import os
import sys
from pathlib import Path

from tests.helpers.slider_mover import check_slider
from tools.kernels import talking


def test_slider_lives_in_a_real_kernel(tmp_path: Path) -> None:
    """With the gate's ipywidgets 8; under Colab's 7.7.1 in test_colab_runs.py."""
    with talking([sys.executable, "-m", "ipykernel_launcher"], tmp_path, os.environ) as talk:
        check_slider(talk, "import ipywidgets\nassert int(ipywidgets.__version__[0]) >= 8")
