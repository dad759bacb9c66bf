"""Warm kernels for the comparison: one process imports what every lesson imports, and forks on request.

`python -m tools.warm_kernels COMMAND` runs a command whose Jupyter kernels are such forks, each with names
and random state of its own, and without network; nothing was computed before, so torch has no threads yet.
Where there is no fork, or it fails, a cold kernel starts. `make notebooks`, `make check` and the weekly run
use cold ones, and find what works only thanks to an import that was already there.
"""

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

# torch._dynamo: over a second, when the first optimizer is made.
FOREIGN = (
    "torch torch._dynamo matplotlib.backends.backend_svg sklearn.datasets ipywidgets "
    "ipykernel.kernelapp ipykernel.debugger IPython.core.completerlib IPython.extensions.storemagic sqlite3"
)
OWN = "data exercises losses models optim plotting sliders"


def run(command: list[str]) -> int:
    """Run a command; meanwhile, a server beside it gives it kernels."""
    if not hasattr(os, "fork"):
        return subprocess.call(command)
    from tools.execute_notebooks import OFFLINE  # not above: who only asks for a kernel starts fast

    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as door:
        door.bind(f"{folder}/door")
        door.listen(64)  # whoever comes too early waits
        spec = Path(folder, "kernels", "python3", "kernel.json")
        spec.parent.mkdir(parents=True)
        ask = [sys.executable, "-I", "-S", __file__, "ask", f"{folder}/door", "-f", "{connection_file}"]
        spec.write_text(json.dumps({"argv": ask, "display_name": "Python 3", "language": "python"}))
        serve, number = [sys.executable, __file__, "serve"], door.fileno()
        server = subprocess.Popen(
            [*serve, str(number)], env=os.environ | OFFLINE, pass_fds=[number], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, start_new_session=True)  # fmt: skip
        door.close()
        paths = os.pathsep.join([folder, *filter(None, [os.environ.get("JUPYTER_PATH")])])
        try:
            return subprocess.call(command, env=os.environ | {"JUPYTER_PATH": paths})
        finally:
            os.killpg(server.pid, signal.SIGKILL)  # with every kernel that is left
            server.wait()


def serve(door: socket.socket) -> None:
    """Import, then fork for each connection."""
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # as in every kernel
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # else the debugger warns of itself
    sys.path.pop(0)  # this file's folder
    for module in [*FOREIGN.split(), *(f"lessons_pkg.{name}" for name in OWN.split())]:
        __import__(module)
    signal.signal(signal.SIGCHLD, lambda *_: os.waitpid(-1, os.WNOHANG))
    gc.freeze()
    while True:
        asked, _ = door.accept()
        if not os.fork():
            door.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            become_kernel(asked)
        asked.close()


def become_kernel(asked: socket.socket) -> None:
    """Turn this fork into the kernel that was asked for; end with whoever asked."""
    from ipykernel.kernelapp import launch_new_instance

    asked.sendall(f"{os.getpid()}\n".encode())
    order = json.loads(asked.makefile().readline())
    threading.Thread(target=lambda: (asked.recv(1), os._exit(1)), daemon=True).start()
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    sys.argv = ["ipykernel_launcher", *order["argv"]]
    launch_new_instance()
    os._exit(0)


def ask(path: str, argv: list[str]) -> None:
    """Ask for a kernel; pass signals on to it; end when it ends."""
    try:
        door = socket.socket(socket.AF_UNIX)
        door.connect(path)
        answers = door.makefile()
        kernel = int(answers.readline())
    except (OSError, ValueError):  # the server has died, and said why
        os.execv(sys.executable, [sys.executable, "-m", "ipykernel_launcher", *argv])
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: os.kill(kernel, number))
    door.sendall((json.dumps({"argv": argv, "cwd": os.getcwd(), "env": dict(os.environ)}) + "\n").encode())
    answers.readline()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", number]:
            serve(socket.socket(fileno=int(number)))
        case ["ask", path, *argv]:
            ask(path, argv)
        case command:
            sys.exit(run(command))
