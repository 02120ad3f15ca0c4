"""Limits set beside a passport, through the published client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from modei import NotFoundError, ValidationError

Json = dict[str, Any]
Issue = Callable[..., Json]


def test_limits_set_beside_the_grant_are_in_force_at_once(client: Any, issue: Issue) -> None:
    passport_id = issue(constraints={"core:cost:max_per_action": 500})["passport_id"]
    assert client.get_constraints(passport_id)["constraints"]["core:cost:max_per_action"] == 500
    updated = client.set_constraints(passport_id, {"write": {"core:rate:max_per_minute": 1}})
    assert updated["updated"] is True
    assert updated["constraints"]["write"] == {"core:rate:max_per_minute": 1}
    assert client.get_constraints(passport_id)["constraints"] == updated["constraints"]
    decisions = [client.enforce_action(passport_id=passport_id, action="write")["decision"] for _ in range(2)]
    assert decisions == ["PERMIT", "BLOCK"]


def test_a_limit_looser_than_the_grant_is_refused(client: Any, issue: Issue) -> None:
    passport_id = issue(constraints={"core:cost:max_per_action": 500})["passport_id"]
    with pytest.raises(ValidationError) as caught:
        client.set_constraints(passport_id, {"core:cost:max_per_action": 501})
    assert caught.value.body["code"] == "constraint_loosens_grant"
    assert client.get_constraints(passport_id)["constraints"]["core:cost:max_per_action"] == 500


def test_an_unknown_limit_is_refused_with_the_nearest_known_one(client: Any, issue: Issue) -> None:
    with pytest.raises(ValidationError) as caught:
        client.set_constraints(issue()["passport_id"], {"core:cost:max_per_acton": 500})
    assert "core:cost:max_per_action" in str(caught.value.body["errors"])


@pytest.mark.parametrize("call", [("get_constraints",), ("set_constraints", {}), ("list_enforcement_attestations",)])
def test_an_absent_passport_is_not_found(client: Any, call: tuple[Any, ...]) -> None:
    name, *rest = call
    with pytest.raises(NotFoundError):
        getattr(client, name)("pp_0absent", *rest)
