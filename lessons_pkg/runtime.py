"""Where and how the course's cells run: versions, device, settings that keep printed digits the same."""

import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from lessons_pkg._version import __version__
from lessons_pkg.guards import guarded, must, typed, whole

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


# What each process runs: the file under its own name, and a watchdog that does not depend on the file. At
# the end of the time it writes where the file stands and leaves, whatever the file waits for or ignores.
RANK = """import faulthandler, os, time
faulthandler.dump_traceback_later(max(1, float(os.environ["LESSONS_UNTIL"]) - time.time()), exit=True)
exec(compile(open({path!r}, encoding="utf-8").read(), {path!r}, "exec"))
"""
GRACE = 10  # seconds for torchrun itself to see that its processes have ended


@guarded(
    whole("processes", least=1),
    typed("be the text of a Python file", lambda value: isinstance(value, str), "source"),
    typed("be a number", lambda value: isinstance(value, (int, float)), "timeout"),
    must("be > 0 and at most 86400, a day", lambda value: 0 < value <= 86400, "timeout"),
)
def torchrun(processes: int, source: str, timeout: float = 120) -> str:
    """Run the text of a file in several processes with ``torchrun``, and return what they print.

    The command is ``torchrun --standalone --nproc-per-node=processes``, with one thread for each process; it
    tells them ``RANK``, ``LOCAL_RANK`` and ``WORLD_SIZE``. Where one fails, the others are ended. Chapter 16.

    Args:
        processes: how many, at least 1, all on this machine.
        source: of the file, not a path to it.
        timeout: seconds for all of it. A process still at work then says where it stands, and is ended.

    Returns:
        What the processes print, rank 0 first. Their standard error is shown only where one fails.

    Raises:
        TypeError: ``processes`` is no whole number, ``source`` no text, or ``timeout`` no number.
        ValueError: ``processes`` is below 1, or ``timeout`` not between 0 and a day.
        RuntimeError: a process fails: with the standard error of each; or this torch has no
            ``torch.distributed``.
        TimeoutError: the time is over: with the line at which each process stood.

    Example:
        >>> from lessons_pkg import runtime
        >>> print(runtime.torchrun(2, "import os; print('rank', os.environ['RANK'])"), end="")
        rank 0
        rank 1
    """
    if not torch.distributed.is_available():
        raise RuntimeError("torchrun: this torch was built without torch.distributed")
    with TemporaryDirectory() as folder:
        path, logs = Path(folder, "step.py"), Path(folder, "logs")
        path.write_text(source, encoding="utf-8")
        Path(folder, "rank.py").write_text(RANK.format(path=str(path)), encoding="utf-8")
        options = ["--standalone", f"--nproc-per-node={processes}", f"--log-dir={logs}", "--redirects=3"]
        known = {"OMP_NUM_THREADS": "1", "LESSONS_UNTIL": str(time.time() + timeout)}
        agent = subprocess.Popen(
            [sys.executable, "-m", "torch.distributed.run", *options, str(Path(folder, "rank.py"))],
            env=os.environ | known, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True)  # fmt: skip
        try:
            own = agent.communicate(timeout=timeout + GRACE)[1]
        except subprocess.TimeoutExpired:
            own = ""
        finally:  # also where the reader interrupts
            _end(agent)
        printed, errors = _said(logs, "stdout"), _said(logs, "stderr")
        if agent.returncode == 0:
            return re.sub(r"(?m)^\[Gloo\] .*\n", "", "".join(printed.values()))  # torch before 2.11 greets
        said = "".join(f"\nrank {rank}:\n{text.rstrip()}" for rank, text in errors.items() if text) or own
        said = said.replace(f"{folder}{os.sep}", "")
        if not own or "\nTimeout (" in said:
            raise TimeoutError(f"torchrun: {processes} processes were not done in {timeout:g} seconds.{said}")
        raise RuntimeError(f"torchrun: {processes} processes, and one failed.{said}")


def _end(agent: subprocess.Popen[str]) -> None:
    """End torchrun, which ends its processes; those that it leaves, their watchdog ends."""
    agent.terminate()
    try:
        agent.communicate(timeout=GRACE)
    except subprocess.TimeoutExpired:
        agent.kill()
        agent.communicate()


def _said(logs: Path, stream: str) -> dict[int, str]:
    """Read what each rank wrote."""
    paths = sorted(logs.rglob(f"{stream}.log"), key=lambda path: int(path.parent.name))
    return {int(path.parent.name): path.read_text(encoding="utf-8", errors="replace") for path in paths}
