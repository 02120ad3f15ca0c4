"""Dry runs through the published client: what check and enforce would answer, without a trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from modei import NotFoundError, ValidationError

Json = dict[str, Any]
Issue = Callable[..., Json]


def test_a_dry_run_answers_as_check_and_enforce_would_and_leaves_nothing(
    client: Any, gate: Json, issue: Issue
) -> None:
    passport = issue(constraints={"core:rate:max_per_minute": 1})
    for _ in range(2):
        answer = client.authorize_dry_run(
            gate_id=gate["gate_id"],
            passport={"passport_id": passport["passport_id"]},
            requested_permission="read",
        )
        assert (answer["allowed"], answer["decision"], answer["enforce_decision"]) == (True, "allow", "PERMIT")
        assert answer["would_record"] is False
    assert client.list_attestations(gate["gate_id"]) == []
    decisions = [
        client.enforce_action(passport_id=passport["passport_id"], action="read")["decision"] for _ in range(2)
    ]
    assert decisions == ["PERMIT", "BLOCK"]


def test_requested_constraints_are_judged_beside_those_in_force(client: Any, gate: Json, issue: Issue) -> None:
    answer = client.authorize_dry_run(
        gate_id=gate["gate_id"],
        passport=issue(),
        requested_permission="read",
        requested_constraints={"core:rate:max_per_minute": 0},
    )
    assert (answer["enforce_decision"], answer["blocked_by"]) == ("BLOCK", "core:rate:max_per_minute")
    assert answer["constraints_satisfied"] is False


def test_what_the_passport_does_not_grant_would_be_denied(client: Any, gate: Json, issue: Issue) -> None:
    answer = client.authorize_dry_run(gate_id=gate["gate_id"], passport=issue(), requested_permission="delete")
    assert (answer["allowed"], answer["decision"], answer["reason_code"]) == (False, "deny", "permission_not_granted")


def test_an_absent_gate_is_not_found_and_a_bad_permission_refused(client: Any, gate_id: str) -> None:
    with pytest.raises(NotFoundError):
        client.authorize_dry_run(gate_id=gate_id, passport={"passport_id": "pp_0absent"}, requested_permission="read")
    with pytest.raises(ValidationError):
        client.authorize_dry_run(gate_id=gate_id, passport={}, requested_permission="no spaces")
