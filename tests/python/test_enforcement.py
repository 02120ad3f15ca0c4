"""Enforcement through the published client: the decision, its record, and the verification of both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from modei import NotFoundError, ValidationError
from modei.types import EnforcementAttestation, EnforceResult, VerifyResult

from signatures import is_signed_by_gate

Json = dict[str, Any]
Issue = Callable[..., Json]


def test_an_action_within_its_limits_is_permitted(client: Any, issue: Issue) -> None:
    passport = issue(constraints={"core:cost:max_cumulative": 1200, "core:rate:max_per_minute": 5})
    answer = EnforceResult.model_validate(
        client.enforce_action(
            passport_id=passport["passport_id"],
            action="write",
            target="https://api.example.com/orders",
            cost_cents=500,
            metadata={"order": "A-1"},
        )
    )
    assert (answer.decision, answer.blocked_by, answer.cumulative_cost) == ("PERMIT", None, 500)
    assert answer.sequence_number == 1
    assert {evaluation["constraint_key"] for evaluation in answer.evaluations} == {
        "core:cost:max_cumulative",
        "core:rate:max_per_minute",
    }


def test_exactly_the_budget_passes_and_a_cent_more_does_not(client: Any, issue: Issue) -> None:
    passport_id = issue(constraints={"core:cost:max_cumulative": 1000})["passport_id"]
    decisions = [
        EnforceResult.model_validate(
            client.enforce_action(passport_id=passport_id, action="write", cost_cents=cents)
        ).decision
        for cents in (400, 601, 600, 1)
    ]
    assert decisions == ["PERMIT", "BLOCK", "PERMIT", "BLOCK"]


def test_a_blocked_action_says_which_limit_and_by_how_much(client: Any, issue: Issue) -> None:
    passport_id = issue(constraints={"core:cost:max_per_action": 100})["passport_id"]
    answer = EnforceResult.model_validate(
        client.enforce_action(passport_id=passport_id, action="write", cost_cents=101)
    )
    assert (answer.decision, answer.blocked_by) == ("BLOCK", "core:cost:max_per_action")
    assert "101" in answer.block_reason
    assert "100" in answer.block_reason


def test_an_action_over_the_approval_threshold_is_suspended_and_spends_nothing(client: Any, issue: Issue) -> None:
    passport_id = issue(constraints={"core:cost:approval_threshold": 200})["passport_id"]
    held = client.enforce_action(passport_id=passport_id, action="write", cost_cents=201)
    assert EnforceResult.model_validate(held).decision == "SUSPEND"
    assert held["approval_request_id"].startswith("hold_")
    again = client.enforce_action(passport_id=passport_id, action="write", cost_cents=201)
    assert again["approval_request_id"] == held["approval_request_id"]


def test_enforcing_an_unknown_passport_is_not_found(client: Any) -> None:
    with pytest.raises(NotFoundError):
        client.enforce_action(passport_id="pp_0absent", action="write")


@pytest.mark.parametrize("cost_cents", [-1, 2**53])
def test_a_cost_that_is_no_safe_whole_number_of_cents_is_refused(client: Any, issue: Issue, cost_cents: int) -> None:
    with pytest.raises(ValidationError):
        client.enforce_action(passport_id=issue()["passport_id"], action="write", cost_cents=cost_cents)


def test_each_enforcement_is_listed_read_and_verified(client: Any, issue: Issue) -> None:
    passport_id = issue()["passport_id"]
    permitted = client.enforce_action(passport_id=passport_id, action="write", cost_cents=5)
    blocked = client.enforce_action(passport_id=passport_id, action="delete")

    listed = [EnforcementAttestation.model_validate(one) for one in client.list_enforcement_attestations(passport_id)]
    assert [(one.id, one.decision) for one in listed] == [
        (blocked["attestation_id"], "BLOCK"),
        (permitted["attestation_id"], "PERMIT"),
    ]
    only_blocked = client.list_enforcement_attestations(passport_id, decision="BLOCK", limit=1)
    assert [one["id"] for one in only_blocked] == [blocked["attestation_id"]]

    read = client.get_enforcement_attestation(permitted["attestation_id"])
    record = EnforcementAttestation.model_validate(read)
    assert (record.action, record.decision, record.sequence_number) == ("write", "PERMIT", 1)
    assert is_signed_by_gate(client, read)

    verified = VerifyResult.model_validate(client.verify_enforcement_attestation(permitted["attestation_id"]))
    assert verified.valid
    assert verified.signing_key_id == read["signing_key_id"]


@pytest.mark.parametrize("call", ["get_enforcement_attestation", "verify_enforcement_attestation"])
def test_an_absent_enforcement_is_not_found(client: Any, call: str) -> None:
    with pytest.raises(NotFoundError):
        getattr(client, call)("enf_0000absent")
