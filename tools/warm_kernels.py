"""Warm kernels for the comparison: one process imports what every lesson imports, and forks on request.

`python -m tools.warm_kernels COMMAND` runs a command whose Jupyter kernels are such forks. Each is a process
of its own, with its own names and random state, and without the network; nothing was computed before the
fork, so torch has no threads yet. Where there is no fork, or it fails, a cold kernel starts. `make notebooks`,
`make check` and the weekly run use cold ones, and find what stands only thanks to an import already there.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

PRELOADED = ("torch", "torch.nn.utils", "matplotlib.figure", "matplotlib.backends.backend_svg", "IPython",
             "ipykernel.ipkernel", "ipywidgets", "lessons_pkg.losses", "lessons_pkg.optim",
             "lessons_pkg.plotting", "lessons_pkg.sliders")  # fmt: skip
COLD = ["-m", "ipykernel_launcher"]


def run(command: list[str]) -> int:
    """Run a command; meanwhile, a server beside it gives it kernels."""
    from tools.execute_notebooks import OFFLINE  # here: who only asks for a kernel needs to start fast

    if not hasattr(os, "fork"):
        return subprocess.call(command)
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{folder}/socket")
        listening.listen(64)  # whoever asks too early waits
        spec = Path(folder, "kernels", "python3", "kernel.json")
        spec.parent.mkdir(parents=True)
        ask = [sys.executable, "-I", "-S", __file__, "ask", f"{folder}/socket", "-f", "{connection_file}"]
        spec.write_text(json.dumps({"argv": ask, "display_name": "Python 3", "language": "python"}))
        serve = [sys.executable, __file__, "serve", str(listening.fileno())]
        server = subprocess.Popen(serve, env=os.environ | OFFLINE, pass_fds=[listening.fileno()],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)  # fmt: skip
        listening.close()
        paths = [folder, *filter(None, [os.environ.get("JUPYTER_PATH")])]
        try:
            return subprocess.call(command, env=os.environ | {"JUPYTER_PATH": os.pathsep.join(paths)})
        finally:
            os.killpg(server.pid, signal.SIGKILL)  # with every kernel that is left
            server.wait()


def serve(listening: socket.socket) -> None:
    """Import, then fork a kernel for each connection; the kernel ends when whoever asked for it does."""
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # as a kernel has it
    sys.path.pop(0)  # this file's folder
    for module in PRELOADED:
        __import__(module)
    import gc
    import threading

    from ipykernel.kernelapp import launch_new_instance

    signal.signal(signal.SIGCHLD, lambda *_: os.waitpid(-1, os.WNOHANG))
    gc.freeze()
    while True:
        connection, _ = listening.accept()
        if os.fork():
            connection.close()
            continue
        listening.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        connection.sendall(f"{os.getpid()}\n".encode())
        order = json.loads(connection.makefile().readline())
        threading.Thread(target=lambda: (connection.recv(1), os._exit(1)), daemon=True).start()
        os.chdir(order["cwd"])
        os.environ.clear()
        os.environ.update(order["env"])
        sys.argv = ["ipykernel_launcher", *order["argv"]]
        launch_new_instance()
        os._exit(0)


def ask(path: str, argv: list[str]) -> None:
    """Ask for a kernel; pass signals on to it; end when it ends."""
    try:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(path)
        answers = connection.makefile()
        kernel = int(answers.readline())
    except (OSError, ValueError):  # the server has died: it said why
        os.execv(sys.executable, [sys.executable, *COLD, *argv])
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: os.kill(kernel, number))
    order = {"argv": argv, "cwd": os.getcwd(), "env": dict(os.environ)}
    connection.sendall((json.dumps(order) + "\n").encode())
    answers.readline()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", number]:
            serve(socket.socket(fileno=int(number)))
        case ["ask", path, *argv]:
            ask(path, argv)
        case command:
            sys.exit(run(command))
