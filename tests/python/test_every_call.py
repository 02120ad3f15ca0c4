"""Every method of the published client is called by a test here, or its route is not served yet."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from modei import AsyncModeiClient, ModeiClient, NotFoundError

from client_forms import client_of
from modei_server import Server

# The calls whose routes this server does not answer yet, each with arguments that reach the route.
# A route that comes takes its line away here and brings its tests.
NOT_SERVED: dict[str, dict[str, Any]] = {
    "list_constraint_types": {},
    "list_constraint_templates": {},
    "apply_constraint_template": {"passport_id": "pp_0absent", "template_slug": "sandbox"},
    "create_constraint_template": {"slug": "mine", "name": "Mine", "constraints": {}},
    "get_cumulative_state": {"passport_id": "pp_0absent"},
    "reset_cumulative_state": {"passport_id": "pp_0absent"},
}


def methods_of(client: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(client, inspect.isfunction) if not name.startswith("_")}


def test_both_clients_have_the_same_methods() -> None:
    assert methods_of(ModeiClient) == methods_of(AsyncModeiClient)


def test_every_served_call_is_tested() -> None:
    files = [path for path in Path(__file__).parent.glob("*.py") if path != Path(__file__)]
    tests = "\n".join(path.read_text() for path in files)
    called = {name for name in methods_of(ModeiClient) if re.search(rf"\.{name}\(", tests)}
    assert methods_of(ModeiClient) - {"close"} - called == set(NOT_SERVED)


@pytest.mark.parametrize("name", NOT_SERVED)
def test_a_call_that_is_not_served_is_listed_as_such_only_while_it_is_not(server: Server, name: str) -> None:
    with client_of("sync", server) as client, pytest.raises(NotFoundError, match="^no such route$"):
        getattr(client, name)(**NOT_SERVED[name])
