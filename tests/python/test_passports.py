"""Passports through the published client: issued, read, revoked, and verified with its own function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from modei import NotFoundError, ValidationError, verify_attestation_signature
from modei.types import CheckResult, EnforceResult, Passport

Json = dict[str, Any]
Issue = Callable[..., Json]


def test_an_issued_passport_carries_a_signature_that_the_package_verifies(client: Any, issue: Issue) -> None:
    passport = Passport.model_validate(issue(expires_in="7d"))
    assert passport.permissions == ["read", "write"]
    assert passport.revoked_at is None
    assert verify_attestation_signature(passport.passport_json, passport.signature, passport.public_key)
    forged = passport.passport_json.replace('"read"', '"root"')
    assert forged != passport.passport_json
    assert not verify_attestation_signature(forged, passport.signature, passport.public_key)


def test_a_passport_takes_every_field_that_the_client_sends(client: Any, issue: Issue) -> None:
    passport = issue(
        agent_name="Booker",
        agent_public_key="ed25519:A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=",
        constraints={"core:cost:max_per_action": 500, "read": {"core:rate:max_per_minute": 100}},
        expires_in_seconds=600,
        metadata={"team": "travel"},
    )
    Passport.model_validate(passport)
    assert passport["agent_name"] == "Booker"
    assert passport["agent_public_key"] == "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
    assert passport["constraints"]["core:cost:max_per_action"] == 500
    assert passport["constraints"]["read"] == {"core:rate:max_per_minute": 100}
    assert passport["metadata"] == {"team": "travel"}


def test_a_passport_is_read_and_listed_without_its_private_key(client: Any, gate: Json, issue: Issue) -> None:
    issued = issue()
    assert issued["agent_private_key"]
    read = client.get_passport(gate["gate_id"], issued["passport_id"])
    assert Passport.model_validate(read).passport_json == issued["passport_json"]
    assert read.get("agent_private_key") is None
    assert [Passport.model_validate(one).passport_id for one in client.list_passports(gate["gate_id"])] == [
        issued["passport_id"]
    ]


def test_a_revoked_passport_is_refused_from_the_next_decision_on(client: Any, gate: Json, issue: Issue) -> None:
    passport_id = issue()["passport_id"]
    revoked = client.revoke_passport(gate["gate_id"], passport_id)
    assert (revoked["revoked"], revoked["passport_id"]) == (True, passport_id)
    assert client.list_passports(gate["gate_id"]) == []
    read = Passport.model_validate(client.get_passport(gate["gate_id"], passport_id))
    assert read.revoked_at == revoked["revoked_at"]
    check = CheckResult.model_validate(client.check_gate(gate["gate_id"], action="read", passport_id=passport_id))
    assert (check.allowed, check.decision, check.reason_code) == (False, "deny", "passport_revoked")
    blocked = EnforceResult.model_validate(client.enforce_action(passport_id=passport_id, action="read"))
    assert (blocked.decision, blocked.blocked_by) == ("BLOCK", "passport_revoked")


def test_revoking_twice_answers_the_same(client: Any, gate: Json, issue: Issue) -> None:
    passport_id = issue()["passport_id"]
    first = client.revoke_passport(gate["gate_id"], passport_id)
    assert client.revoke_passport(gate["gate_id"], passport_id) == first


@pytest.mark.parametrize(
    "fields",
    [
        {"expires_in": "7 days"},
        {"expires_in": "11y"},
        {"expires_in_seconds": 0},
        {"expires_in_seconds": 60, "expires_in": "2m"},
        {"permissions": []},
        {"permissions": ["no spaces"]},
        {"agent_public_key": "AAAA"},
        {"constraints": {"core:cost:max_per_acton": 5}},
        {"constraints": {"core:cost:max_per_action": "5"}},
        {"constraints": {"core:cost:max_per_action": -1}},
        {"constraints": {"delete": {"core:rate:max_per_minute": 1}}},
    ],
    ids=str,
)
def test_a_passport_that_says_what_cannot_be_kept_is_refused(issue: Issue, fields: Json) -> None:
    with pytest.raises(ValidationError) as caught:
        issue(**fields)
    assert caught.value.status_code == 422
    assert caught.value.body["errors"]


def test_a_passport_of_another_gate_is_not_found(client: Any, gate: Json, issue: Issue) -> None:
    passport_id = issue()["passport_id"]
    other = client.create_gate(name="Other", gate_id=f"{gate['gate_id']}-2")["gate_id"]
    with pytest.raises(NotFoundError):
        client.get_passport(other, passport_id)
    with pytest.raises(NotFoundError):
        client.revoke_passport(other, passport_id)
    with pytest.raises(NotFoundError):
        client.get_passport(gate["gate_id"], "pp_0absent")
