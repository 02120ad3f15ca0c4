"""Each failure raises the package's class for it, with the server's words in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from modei import AuthenticationError, AuthorizationError, NotFoundError, RateLimitError, ValidationError

from client_forms import client_of
from modei_server import Server, running_server

ClientWithKey = Callable[[str], Any]


@pytest.mark.parametrize("key", ["mod_live_unknown", f"mod_live_{'0' * 49}", "not a key"])
def test_a_key_that_is_unknown_mistyped_or_malformed_is_refused_alike(
    client_with_key: ClientWithKey, key: str
) -> None:
    with pytest.raises(AuthenticationError) as caught:
        client_with_key(key).list_gates()
    assert caught.value.status_code == 401
    assert str(caught.value) == "the API key is missing or not valid"
    assert caught.value.body["code"] == "unauthenticated"


def test_a_key_without_the_scope_is_refused_and_told_which_it_lacks(
    client: Any, client_with_key: ClientWithKey, gate_id: str
) -> None:
    reader = client_with_key(client.create_api_key(name="reader", scopes=["gates:read"])["key"])
    with pytest.raises(AuthorizationError) as caught:
        reader.create_gate(name="A gate", gate_id=gate_id)
    assert caught.value.status_code == 403
    assert caught.value.body["required_scope"] == "gates:write"


def test_a_key_hands_out_no_scope_that_it_lacks(client: Any, client_with_key: ClientWithKey) -> None:
    maker = client_with_key(client.create_api_key(name="maker", scopes=["api_keys:write", "gates:read"])["key"])
    assert maker.create_api_key(name="smaller", scopes=["gates:read"])["scopes"] == ["gates:read"]
    with pytest.raises(AuthorizationError) as caught:
        maker.create_api_key(name="larger", scopes=["gates:write"])
    assert caught.value.body["required_scope"] == "gates:write"


def test_every_bad_field_is_named_at_once(client: Any, gate: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        client.record_attestation(gate["gate_id"], passport_id="..", permission="read", result="maybe", limit=1)
    pointers = {error["pointer"] for error in caught.value.body["errors"]}
    assert pointers == {"/body/passport_id", "/body/result", "/body/limit"}


def test_a_malformed_body_is_refused_before_its_fields(server: Server) -> None:
    answer = raw(server, "POST", "/api/gates", content=b'{"name": ')
    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed_json"


def test_an_id_that_climbs_out_of_its_path_reaches_nothing(client: Any) -> None:
    for gate_id in ("..", "%2e%2e", "%2e%2e%2fusers%2fapi-keys"):
        with pytest.raises((NotFoundError, ValidationError)):
            client.get_gate(gate_id)


def test_the_json_content_type_without_a_body_is_an_absent_body(server: Server, client: Any, issue: Any) -> None:
    passport = issue()
    enforced = client.enforce_action(passport_id=passport["passport_id"], action="read")
    verified = raw(server, "POST", f"/api/enforcement/{enforced['attestation_id']}/verify")
    assert (verified.status_code, verified.json()["valid"]) == (200, True)
    assert raw(server, "GET", "/api/gates").status_code == 200
    path = f"/api/gates/{passport['gate_id']}/passports/{passport['passport_id']}"
    assert raw(server, "DELETE", path).json()["revoked"] is True


def test_a_failure_is_problem_details_with_the_request_id(server: Server) -> None:
    answer = raw(server, "GET", "/api/gates/gate_absent")
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["status"] == 404
    assert problem["message"] == problem["detail"]
    assert problem["request_id"] == answer.headers["x-request-id"]


@pytest.fixture(scope="module")
def limited_server() -> Iterator[Server]:
    with running_server(MODEI_RATE_LIMIT="3") as running:
        yield running


def test_requests_over_the_limit_raise_with_the_seconds_to_wait(limited_server: Server, form: str) -> None:
    with client_of(form, limited_server) as client:
        with pytest.raises(RateLimitError) as caught:
            for _ in range(4):
                client.list_gates()
    assert caught.value.status_code == 429
    assert 0 < caught.value.retry_after <= 60


def raw(server: Server, method: str, path: str, content: bytes = b"") -> httpx.Response:
    headers = {"Authorization": f"Bearer {server.api_key}", "Content-Type": "application/json"}
    return httpx.request(method, server.url + path, headers=headers, content=content)
