"""Talks to passport-peer.ts in one long-lived process."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent


class Peer:
    def __init__(self) -> None:
        node = os.environ.get("MODEI_NODE", "node")
        self._process = subprocess.Popen(
            [node, str(FOLDER / "passport-peer.ts")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=FOLDER.parents[1],
        )

    def ask(self, op: str, **request: Any) -> dict[str, Any]:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        stdin.write(json.dumps({"op": op, **request}).encode() + b"\n")
        stdin.flush()
        line = stdout.readline()
        if not line:
            raise RuntimeError("the TypeScript peer has ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        stdin.close()
        self._process.wait(timeout=30)
