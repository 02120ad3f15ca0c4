"""What the tests of the published Python client share."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from client_forms import FORMS, client_of
from modei_server import Server, ServerDidNotStart, running_server

Json = dict[str, Any]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server for all tests that ask for no settings of their own. It starts empty; each test makes its gates."""
    try:
        with running_server() as running:
            yield running
    except ServerDidNotStart as failure:
        pytest.exit(str(failure), returncode=1)


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    """Which of the two clients a test runs against."""
    return request.param


@pytest.fixture
def client(form: str, server: Server) -> Iterator[Any]:
    with client_of(form, server) as made:
        yield made


@pytest.fixture
def client_with_key(form: str, server: Server) -> Iterator[Callable[[str], Any]]:
    """Makes a client of the same form that calls with another key."""
    with ExitStack() as stack:
        yield lambda api_key: stack.enter_context(client_of(form, server, api_key))


@pytest.fixture
def gate_id() -> str:
    """An id that no gate has yet."""
    return f"gate_{uuid.uuid4().hex}"


@pytest.fixture
def gate(client: Any, gate_id: str) -> Json:
    return client.create_gate(name="A gate", gate_id=gate_id)


@pytest.fixture
def issue(client: Any, gate: Json) -> Callable[..., Json]:
    """Issues a passport of the test's gate; what is not said is `read` and `write` for an agent of any name."""

    def issued(**fields: Any) -> Json:
        return client.issue_passport(
            gate["gate_id"], **{"agent_id": "agent-001", "permissions": ["read", "write"], **fields}
        )

    return issued
