"""What Modei's users run today runs here and prints what it says it prints."""

from __future__ import annotations

import os
import subprocess
import sys

from modei_server import ROOT, Server, running_server

EXAMPLES = ROOT / "examples" / "from-modei"


def printed_by(name: str, server: Server) -> str:
    environment = {"PATH": os.environ["PATH"], "MODEI_API_KEY": server.api_key, "MODEI_API_URL": server.url}
    ran = subprocess.run(
        [sys.executable, str(EXAMPLES / name)], env=environment, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_quickstart_prints_its_results_on_an_empty_server_and_the_async_one_finds_its_gate() -> None:
    with running_server() as server:
        assert printed_by("quickstart.py", server) == "True\nPERMIT\n"
        assert printed_by("quickstart_async.py", server) == "My API: 1 passports\n"
