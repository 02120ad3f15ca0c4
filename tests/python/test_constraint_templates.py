"""Constraint types and templates through the published client."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from modei import ConflictError, NotFoundError, ValidationError
from modei.types import ConstraintTemplate, ConstraintType

Issue = Callable[..., dict[str, Any]]


@pytest.fixture
def slug() -> str:
    return f"template-{uuid.uuid4().hex}"


def test_types_are_listed_in_order_of_evaluation_and_by_category(client: Any) -> None:
    types = [ConstraintType.model_validate(one) for one in client.list_constraint_types()]
    orders = [one.evaluation_order for one in types]
    assert orders == sorted(orders)
    assert "core:cost:max_per_day" in [one.constraint_key for one in types]
    costs = [ConstraintType.model_validate(one) for one in client.list_constraint_types(category="cost")]
    assert costs
    assert {one.category for one in costs} == {"cost"}
    assert client.list_constraint_types(category="no such category") == []


def test_built_in_templates_are_listed_by_category(client: Any) -> None:
    templates = [ConstraintTemplate.model_validate(one) for one in client.list_constraint_templates()]
    [conservative] = [one for one in templates if one.slug == "conservative-agent"]
    assert conservative.is_system
    assert conservative.constraints["core:cost:max_per_action"] == 500
    security = client.list_constraint_templates(category="security")
    assert "conservative-agent" in [one["slug"] for one in security]
    assert {one["category"] for one in security} == {"security"}


def test_an_applied_template_is_in_force_at_once(client: Any, issue: Issue) -> None:
    passport_id = issue()["passport_id"]
    applied = client.apply_constraint_template(passport_id, "conservative-agent")
    assert applied["applied"] is True
    assert applied["constraints"]["core:cost:max_per_action"] == 500
    blocked = client.enforce_action(passport_id=passport_id, action="write", cost_cents=501)
    assert (blocked["decision"], blocked["blocked_by"]) == ("BLOCK", "core:cost:max_per_action")


def test_a_workspaces_own_template_is_made_listed_and_applied(client: Any, issue: Issue, slug: str) -> None:
    limits = {"core:rate:max_total": 1}
    made = client.create_constraint_template(slug=slug, name="Once", category="mine", constraints=limits)
    template = ConstraintTemplate.model_validate(made)
    assert (template.slug, template.is_system, template.constraints) == (slug, False, limits)
    assert slug in [one["slug"] for one in client.list_constraint_templates(category="mine")]
    passport_id = issue()["passport_id"]
    client.apply_constraint_template(passport_id, slug)
    decisions = [client.enforce_action(passport_id=passport_id, action="read")["decision"] for _ in range(2)]
    assert decisions == ["PERMIT", "BLOCK"]


def test_a_taken_slug_is_a_conflict_whoever_took_it(client: Any, slug: str) -> None:
    client.create_constraint_template(slug=slug, name="First", constraints={})
    for taken in (slug, "sandbox"):
        with pytest.raises(ConflictError):
            client.create_constraint_template(slug=taken, name="Again", constraints={})


def test_a_template_with_an_unknown_limit_is_refused(client: Any, slug: str) -> None:
    with pytest.raises(ValidationError):
        client.create_constraint_template(slug=slug, name="Bad", constraints={"core:cost:max_per_acton": 1})


def test_an_absent_template_or_passport_is_not_found(client: Any, issue: Issue, slug: str) -> None:
    with pytest.raises(NotFoundError):
        client.apply_constraint_template(issue()["passport_id"], slug)
    with pytest.raises(NotFoundError):
        client.apply_constraint_template("pp_0absent", "sandbox")
