"""Gates through the published client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from modei import ConflictError, NotFoundError, ValidationError
from modei.types import Gate

Json = dict[str, Any]
Issue = Callable[..., Json]


def test_a_gate_is_created_with_the_client_defaults(client: Any, gate_id: str) -> None:
    gate = Gate.model_validate(client.create_gate(name="My API", gate_id=gate_id))
    assert (gate.gate_id, gate.name, gate.profile) == (gate_id, "My API", "L1")
    assert not gate.allow_self_issued
    assert not gate.is_discoverable
    assert gate.current_catalog_version == 0
    assert gate.deleted_at is None


def test_the_prefix_of_a_gate_id_is_added_when_it_is_missing(client: Any, gate_id: str) -> None:
    assert client.create_gate(name="A gate", gate_id=gate_id.removeprefix("gate_"))["gate_id"] == gate_id


def test_a_gate_is_read_and_listed_newest_first(client: Any, gate: Json) -> None:
    assert client.get_gate(gate["gate_id"]) == gate
    newer = client.create_gate(name="Newer", gate_id=f"{gate['gate_id']}-2")
    ids = [Gate.model_validate(listed).gate_id for listed in client.list_gates()]
    assert ids.index(newer["gate_id"]) < ids.index(gate["gate_id"])


def test_an_update_changes_what_it_names_and_nothing_else(client: Any, gate: Json) -> None:
    changed = client.update_gate(gate["gate_id"], name="Renamed", profile="L2")
    assert changed == {**gate, "name": "Renamed", "profile": "L2"}
    assert client.get_gate(gate["gate_id"]) == changed


def test_an_empty_update_changes_nothing(client: Any, gate: Json) -> None:
    assert client.update_gate(gate["gate_id"]) == gate


def test_a_deleted_gate_decides_nothing_more_and_stays_readable(client: Any, gate: Json, issue: Issue) -> None:
    passport = issue()
    assert client.delete_gate(gate["gate_id"]) == {"deleted": True}
    assert Gate.model_validate(client.get_gate(gate["gate_id"])).deleted_at is not None
    assert client.delete_gate(gate["gate_id"]) == {"deleted": True}
    with pytest.raises(NotFoundError):
        client.check_gate(gate["gate_id"], action="read", passport_id=passport["passport_id"])
    with pytest.raises(NotFoundError):
        client.enforce_action(passport_id=passport["passport_id"], action="read")


def test_a_taken_gate_id_is_a_conflict(client: Any, gate: Json) -> None:
    with pytest.raises(ConflictError) as caught:
        client.create_gate(name="Again", gate_id=gate["gate_id"])
    assert caught.value.status_code == 409


def test_a_gate_id_of_another_form_is_refused_by_name(client: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        client.create_gate(name="Bad", gate_id="gate_UPPER CASE")
    assert caught.value.status_code == 422
    assert [error["pointer"] for error in caught.value.body["errors"]] == ["/body/gate_id"]


def test_self_issued_passports_need_an_l1_gate(client: Any, gate_id: str) -> None:
    with pytest.raises(ValidationError):
        client.create_gate(name="Bad", gate_id=gate_id, profile="L2", allow_self_issued=True)


@pytest.mark.parametrize("call", ["get_gate", "update_gate", "delete_gate", "list_passports", "list_attestations"])
def test_an_absent_gate_is_not_found(client: Any, gate_id: str, call: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        getattr(client, call)(gate_id)
    assert caught.value.status_code == 404
    assert gate_id in str(caught.value)
