"""No network while a notebook runs: every Python that has this folder in PYTHONPATH imports this first.

A chapter's numbers must not depend on what a server says today. This process may talk to itself, as a kernel
does, and to nothing else. The hook is Python's own (PEP 578): it sees every connection and every look-up of a
name, whichever library asks, and cannot be taken off again.
"""

import sys
from typing import Any

HERE = {"", "localhost", "::1", "0.0.0.0", "::"}
TO_ADDRESS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
OF_NAME = {"socket.getaddrinfo", "socket.gethostbyname"}


def refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise where a cell asks another machine. No OSError: code that tries again offline would hide it."""
    if event in OF_NAME:
        host = arguments[0]
    elif event in TO_ADDRESS and isinstance(arguments[1], tuple):  # else a file of this machine, or nobody
        host = arguments[1][0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else str(host or "")
    if host not in HERE and not host.startswith("127."):
        raise RuntimeError(
            f"A notebook runs without the network, but this cell asked for {host}. "
            "Take data from an installed package, or write them into the cell."
        )


sys.addaudithook(refuse)
