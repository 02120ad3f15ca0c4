"""What a passport used, told and reset through the published client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from modei import NotFoundError, ValidationError
from modei.types import CumulativeState

Issue = Callable[..., dict[str, Any]]


def test_an_unused_passport_has_spent_nothing(client: Any, issue: Issue) -> None:
    state = CumulativeState.model_validate(client.get_cumulative_state(issue()["passport_id"]))
    assert (state.cost_cumulative_cents, state.action_counts, state.sequence_number) == (0, {}, 0)


def test_spending_and_rates_are_counted_and_blocked_actions_are_not(client: Any, issue: Issue) -> None:
    limits = {"core:cost:max_per_action": 500, "core:rate:max_per_minute": 10}
    passport_id = issue(constraints=limits)["passport_id"]
    client.enforce_action(passport_id=passport_id, action="write", cost_cents=400)
    client.enforce_action(passport_id=passport_id, action="read", cost_cents=100)
    last = client.enforce_action(passport_id=passport_id, action="write", cost_cents=501)
    state = CumulativeState.model_validate(client.get_cumulative_state(passport_id))
    assert state.cost_cumulative_cents == 500
    assert state.action_counts == {"write": 1, "read": 1}
    assert [len(times) for times in state.rate_windows.values()] == [2]
    assert (state.sequence_number, state.last_attestation_id) == (3, last["attestation_id"])


def test_a_reset_frees_the_budget_and_is_recorded(client: Any, issue: Issue) -> None:
    passport_id = issue(constraints={"core:cost:max_per_day": 100})["passport_id"]

    def spend() -> str:
        return client.enforce_action(passport_id=passport_id, action="write", cost_cents=100)["decision"]

    assert [spend(), spend()] == ["PERMIT", "BLOCK"]
    answer = client.reset_cumulative_state(passport_id, window_type="daily")
    assert answer["reset"] is True
    assert spend() == "PERMIT"
    gate_id = client.list_enforcement_attestations(passport_id)[0]["gate_id"]
    records = {one["id"]: one for one in client.list_attestations(gate_id)}
    assert records[answer["attestation_id"]]["decision"] is None


def test_a_window_that_is_none_is_refused_and_an_absent_passport_not_found(client: Any, issue: Issue) -> None:
    with pytest.raises(ValidationError):
        client.reset_cumulative_state(issue()["passport_id"], window_type="fortnightly")
    with pytest.raises(NotFoundError):
        client.get_cumulative_state("pp_0absent")
    with pytest.raises(NotFoundError):
        client.reset_cumulative_state("pp_0absent")
