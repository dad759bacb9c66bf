"""Where and how the course's cells run: versions, device, settings that keep printed digits the same."""

import os
import platform

import torch

from lessons_pkg._version import __version__

REPRODUCIBLE = "LESSONS_REPRODUCIBLE"  # set while outputs are stored or compared: say nothing of this machine


def device() -> torch.device:
    """Return the CUDA device if there is one, else the CPU.

    Apple's MPS is passed over: it has no float64, in which this course prints its digits.
    """
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def settings() -> str:
    """One line about this machine: Python, torch and device."""
    where = torch.cuda.get_device_name() if device().type == "cuda" else "CPU"
    if where == "CPU" and torch.backends.mps.is_available():
        where += " (MPS is left alone: it has no float64)"
    return f"Python {platform.python_version()}, torch {torch.__version__}, device: {where}"


def quiet() -> bool:
    """Return True while outputs are stored or compared: a progress bar would leave its marks in them.

    For ``tqdm(..., disable=quiet())``: a reader's own run shows the bar, the book does not.
    """
    return bool(os.environ.get(REPRODUCIBLE))


def start(version: str | None = None) -> torch.device:
    """Prepare a lesson: check the package's version, turn TF32 off, say where we run; return the device.

    ``version``: the one that a copied notebook was made with; the sources leave it out, because they lie
    beside the package. Raises RuntimeError if another version is loaded.
    """
    if version not in (None, __version__):
        raise RuntimeError(
            f"This lesson needs lessons_pkg {version}, but {__version__} is loaded. "
            "In Colab choose Runtime > Restart session, then run this cell again; "
            "elsewhere run `make book` in your copy of the course."
        )
    torch.backends.cuda.matmul.allow_tf32 = False  # TF32 keeps 10 bits of a float32's 23
    torch.backends.cudnn.allow_tf32 = False
    print(f"lessons_pkg {__version__} is ready.")
    if not quiet():
        print(settings())
    return device()
