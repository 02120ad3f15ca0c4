"""Every method of the published client is called by a test here."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from modei import AsyncModeiClient, ModeiClient


def methods_of(client: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(client, inspect.isfunction) if not name.startswith("_")}


def test_both_clients_have_the_same_methods() -> None:
    assert methods_of(ModeiClient) == methods_of(AsyncModeiClient)


def test_every_call_is_tested() -> None:
    files = [path for path in Path(__file__).parent.glob("*.py") if path != Path(__file__)]
    tests = "\n".join(path.read_text() for path in files)
    called = {name for name in methods_of(ModeiClient) if re.search(rf"\.{name}\(", tests)}
    assert methods_of(ModeiClient) - {"close"} - called == set()
