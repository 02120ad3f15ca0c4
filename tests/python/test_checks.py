"""Gate checks through the published client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from modei import verify_attestation_signature
from modei.types import CheckResult

Json = dict[str, Any]
Issue = Callable[..., Json]


def test_a_check_allows_what_the_passport_grants_and_signs_it(client: Any, gate: Json, issue: Issue) -> None:
    answer = client.check_gate(
        gate["gate_id"], action="read", passport_id=issue()["passport_id"], target="https://api.example.com/x"
    )
    check = CheckResult.model_validate(answer)
    assert (check.allowed, check.decision, check.access_mode) == (True, "allow", "passport")
    assert {step["result"] for step in check.checks} <= {"pass", "skip"}
    signed = answer["attestation"]
    assert verify_attestation_signature(signed["attestation_json"], signed["signature"], signed["public_key"])
    assert signed["public_key"] == gate["public_key"]


def test_a_check_denies_what_the_passport_does_not_grant(client: Any, gate: Json, issue: Issue) -> None:
    check = CheckResult.model_validate(
        client.check_gate(gate["gate_id"], action="delete", passport_id=issue()["passport_id"])
    )
    assert (check.allowed, check.decision, check.reason_code) == (False, "deny", "permission_not_granted")
    assert check.attestation_id is not None


def test_another_gates_passport_is_untrusted(client: Any, gate: Json, issue: Issue) -> None:
    other = client.create_gate(name="Other", gate_id=f"{gate['gate_id']}-2")["gate_id"]
    check = CheckResult.model_validate(
        client.check_gate(other, action="read", passport_id=issue()["passport_id"])
    )
    assert (check.allowed, check.reason_code) == (False, "issuer_untrusted")


def test_an_unknown_passport_is_denied_and_attested(client: Any, gate: Json) -> None:
    check = CheckResult.model_validate(
        client.check_gate(gate["gate_id"], action="read", passport_id="pp_0absent")
    )
    assert (check.allowed, check.reason_code) == (False, "passport_not_found")
    assert check.attestation_id is not None
