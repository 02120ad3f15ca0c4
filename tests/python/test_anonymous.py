"""Callers without a passport, through the published client."""

from __future__ import annotations

from typing import Any

import pytest
from modei import NotFoundError, ValidationError
from modei.types import AnonymousPolicy, CheckResult

Json = dict[str, Any]


def test_a_new_gate_lets_nobody_in_without_a_passport(client: Any, gate: Json) -> None:
    assert AnonymousPolicy.model_validate(client.get_anonymous_policy(gate["gate_id"])) == AnonymousPolicy()
    check = CheckResult.model_validate(client.check_gate(gate["gate_id"], action="read"))
    assert not check.allowed


def test_what_an_update_leaves_out_keeps_its_value(client: Any, gate: Json) -> None:
    client.set_anonymous_policy(gate["gate_id"], enabled=True, allowed_actions=["read"], blocked_actions=["write"])
    changed = AnonymousPolicy.model_validate(client.set_anonymous_policy(gate["gate_id"], rate_limit_per_minute=7))
    assert changed.enabled
    assert (changed.allowed_actions, changed.blocked_actions) == (["read"], ["write"])
    assert changed.rate_limit_per_minute == 7
    assert AnonymousPolicy.model_validate(client.get_anonymous_policy(gate["gate_id"])) == changed


def test_allowed_actions_pass_until_the_rate_and_every_decision_is_logged(client: Any, gate: Json) -> None:
    gate_id = gate["gate_id"]
    client.set_anonymous_policy(gate_id, enabled=True, allowed_actions=["read"], rate_limit_per_minute=2)
    answers = [client.check_gate(gate_id, action=action) for action in ("write", "read", "read", "read")]
    checks = [CheckResult.model_validate(answer) for answer in answers]
    assert [check.allowed for check in checks] == [False, True, True, False]
    assert {check.access_mode for check in checks} == {"anonymous"}
    log = client.get_anonymous_log(gate_id)
    assert [entry["action"] for entry in log] == ["read", "read", "read", "write"]
    assert [entry["decision"] for entry in log] == ["deny", "allow", "allow", "deny"]


def test_a_bad_passport_is_never_taken_for_none(client: Any, gate: Json) -> None:
    client.set_anonymous_policy(gate["gate_id"], enabled=True, allowed_actions=["read"])
    check = client.check_gate(gate["gate_id"], action="read", passport_id="pp_0absent")
    assert (check["allowed"], check["reason_code"]) == (False, "passport_not_found")


def test_a_policy_with_an_unknown_field_is_refused(client: Any, gate: Json) -> None:
    with pytest.raises(ValidationError):
        client.set_anonymous_policy(gate["gate_id"], allow_everything=True)


@pytest.mark.parametrize("call", ["get_anonymous_policy", "set_anonymous_policy", "get_anonymous_log"])
def test_an_absent_gate_is_not_found(client: Any, gate_id: str, call: str) -> None:
    with pytest.raises(NotFoundError):
        getattr(client, call)(gate_id)
