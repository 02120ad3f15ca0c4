"""A gate's records through the published client: listed, filtered, reported and verified offline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from modei import ValidationError
from modei.types import Attestation

from signatures import is_signed_by_gate

Json = dict[str, Any]
Issue = Callable[..., Json]


def test_a_reported_outcome_is_recorded_in_the_gates_chain(client: Any, gate: Json, issue: Issue) -> None:
    passport_id = issue()["passport_id"]
    recorded = client.record_attestation(
        gate["gate_id"],
        passport_id=passport_id,
        agent_id="agent-001",
        permission="read",
        tool_name="search",
        result="denied",
        denial_code="quota",
        execution_ms=12,
        metadata={"query": "x"},
    )
    assert Attestation.model_validate(recorded).action == "read"
    assert is_signed_by_gate(client, recorded)


def test_attestations_are_listed_newest_first_and_filtered(client: Any, gate: Json, issue: Issue) -> None:
    passport_id = issue()["passport_id"]
    client.check_gate(gate["gate_id"], action="read", passport_id=passport_id)
    client.enforce_action(passport_id=passport_id, action="write")
    client.record_attestation(gate["gate_id"], passport_id=passport_id, permission="write", result="allowed")

    listed = client.list_attestations(gate["gate_id"])
    assert [Attestation.model_validate(one).action for one in listed] == ["write", "write", "read"]
    assert [one["chain_index"] for one in listed] == [3, 2, 1]
    assert all(is_signed_by_gate(client, one) for one in listed)

    def actions(**filters: Any) -> list[str]:
        return [one["action"] for one in client.list_attestations(gate["gate_id"], **filters)]

    assert actions(permission="read") == ["read"]
    assert actions(passport_id=passport_id, limit=1) == ["write"]
    assert actions(agent_id="agent-002") == []
    assert actions(since="2020-01-01") == ["write", "write", "read"]
    assert actions(since="2999-01-01T00:00:00Z") == []
    with pytest.raises(ValidationError):
        actions(since="2026-02-30")


def test_a_record_without_an_outcome_is_refused(client: Any, gate: Json, issue: Issue) -> None:
    with pytest.raises(ValidationError):
        client.record_attestation(gate["gate_id"], passport_id=issue()["passport_id"], permission="read")
