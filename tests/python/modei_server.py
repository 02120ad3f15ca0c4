"""Starts the real server for a test: its own process, a free port, an empty data directory."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BOOTSTRAP_KEY = "mod_live_" + "python-tests-" * 3
START_SECONDS = 30
NODE = os.environ.get("MODEI_NODE", str(ROOT / "node_modules/.bin/node"))


class ServerDidNotStart(RuntimeError):
    """The server ended before it listened, or never did."""


@dataclass(frozen=True)
class Server:
    url: str
    api_key: str


@contextmanager
def running_server(**settings: str) -> Iterator[Server]:
    """A server with these settings on top of the defaults; nothing of the caller's environment reaches it."""
    with tempfile.TemporaryDirectory(prefix="modei-python-") as directory:
        printed = Path(directory) / "server.log"
        environment = {
            "PATH": os.environ["PATH"],
            "PORT": "0",
            "LOG_LEVEL": "warn",
            "MODEI_DATA_DIR": str(Path(directory) / "data"),
            "MODEI_BOOTSTRAP_API_KEY": BOOTSTRAP_KEY,
            **settings,
        }
        with printed.open("wb") as log:
            process = subprocess.Popen(
                [NODE, str(ROOT / "packages/server/src/main.ts")],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            yield Server(address_of(process, printed), BOOTSTRAP_KEY)
        finally:
            process.terminate()
            process.wait(timeout=START_SECONDS)


def address_of(process: subprocess.Popen[bytes], printed: Path) -> str:
    """Waits until the server prints where it listens."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        ended = process.poll() is not None
        text = printed.read_text()
        found = re.search(r"listens on http://\S+:(\d+)", text)
        if found is not None:
            return f"http://127.0.0.1:{found[1]}"
        if ended:
            raise ServerDidNotStart(f"the server did not start:\n{text}")
        time.sleep(0.02)
    raise ServerDidNotStart(f"the server did not listen within {START_SECONDS} s:\n{printed.read_text()}")
