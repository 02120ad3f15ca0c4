"""Consumption, settlement and service levels through the published client."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from modei import ConflictError, NotFoundError, ValidationError, verify_attestation_signature
from modei.types import ConsumeResult, DiscoveryResult, SettlementSummary, SLAComplianceReport

Json = dict[str, Any]
Issue = Callable[..., Json]

TERMS = {
    "core:pricing:model": "per_call",
    "core:pricing:per_call_cents": 25,
    "core:platform_fee:basis_points": 250,
    "core:sla:uptime_basis_points": 9_900,
}


@pytest.fixture
def priced(client: Any, gate: Json) -> Json:
    """The test's gate, with `book` at 25 cents a call and a fee of 2.5 percent."""
    permission = {"permission_key": "book", "display_name": "Book", "description": "", "constraints": TERMS}
    client.create_catalog(gate["gate_id"], permissions=[permission])
    client.publish_catalog(gate["gate_id"])
    return gate


@pytest.fixture
def consume(client: Any, priced: Json, issue: Issue) -> Callable[..., Json]:
    passport_id = issue(permissions=["book"])["passport_id"]

    def consumed(**fields: Any) -> Json:
        call = {"passport_id": passport_id, "gate_id": priced["gate_id"], "action": "book", "outcome": "success"}
        return client.issue_consumption_attestation(**{**call, **fields})

    return consumed


def settle(client: Any, gate: Json, **fields: Any) -> Json:
    today = datetime.now(timezone.utc).date().isoformat()
    period = {"period_type": "daily", "period_start": today, "period_end": today}
    return client.generate_settlement(**{"gate_id": gate["gate_id"], **period, **fields})


def test_a_receipt_is_priced_from_the_pinned_catalog_and_signed(consume: Callable[..., Json]) -> None:
    answer = consume(quantity=3)
    receipt = ConsumeResult.model_validate(answer)
    assert (receipt.cost_cents, receipt.platform_fee_cents, receipt.currency) == ("75", "2", "USD")
    assert (receipt.pricing_model, receipt.catalog_version) == ("per_call", 1)
    assert verify_attestation_signature(answer["attestation_json"], receipt.signature, answer["public_key"])


@pytest.mark.parametrize(("outcome", "cents"), [("partial", "25"), ("error", "0"), ("timeout", "0")])
def test_what_failed_costs_nothing(consume: Callable[..., Json], outcome: str, cents: str) -> None:
    assert ConsumeResult.model_validate(consume(outcome=outcome)).cost_cents == cents


@pytest.mark.parametrize("fields", [{"quantity": 0}, {"quantity": 2**53 - 1}, {"outcome": "maybe"}], ids=str)
def test_a_receipt_that_cannot_be_priced_is_refused(consume: Callable[..., Json], fields: Json) -> None:
    with pytest.raises(ValidationError):
        consume(**fields)


def test_a_revoked_passport_consumes_nothing(client: Any, priced: Json, consume: Callable[..., Json]) -> None:
    [passport] = client.list_passports(priced["gate_id"])
    client.revoke_passport(priced["gate_id"], passport["passport_id"])
    with pytest.raises(ConflictError) as caught:
        consume()
    assert caught.value.body["code"] == "passport_not_active"


def test_receipts_are_settled_once_and_the_summary_is_signed(
    client: Any, priced: Json, consume: Callable[..., Json]
) -> None:
    consume()
    consume(quantity=3)
    answer = settle(client, priced)
    summary = SettlementSummary.model_validate(answer)
    assert (summary.total_cost_cents, summary.total_platform_fee_cents) == (100, 3)
    assert (summary.total_transactions, summary.verified_count, summary.excluded_count) == (2, 2, 0)
    assert summary.status == "pending"
    assert verify_attestation_signature(answer["settlement_json"], answer["signature"], answer["public_key"])

    assert settle(client, priced)["id"] == summary.id
    read = SettlementSummary.model_validate(client.get_settlement(summary.id))
    assert read.content_hash == summary.content_hash
    listed = client.list_settlements(gate_id=priced["gate_id"], status="pending")
    assert [one["id"] for one in listed["settlements"]] == [summary.id]
    assert listed["total"] == 1


def test_a_settlement_moves_forward_only(client: Any, priced: Json, consume: Callable[..., Json]) -> None:
    consume()
    settlement_id = settle(client, priced)["id"]
    with pytest.raises(ConflictError):
        client.update_settlement_status(settlement_id, "paid")
    assert client.update_settlement_status(settlement_id, "invoiced")["status"] == "invoiced"
    assert client.update_settlement_status(settlement_id, "paid")["status"] == "paid"
    with pytest.raises(ConflictError):
        client.update_settlement_status(settlement_id, "void")


def test_a_voided_settlement_gives_its_receipts_back(
    client: Any, priced: Json, consume: Callable[..., Json]
) -> None:
    consume()
    first = settle(client, priced)
    client.update_settlement_status(first["id"], "void")
    second = settle(client, priced)
    assert second["id"] != first["id"]
    assert second["total_cost_cents"] == first["total_cost_cents"] == 25


def test_a_period_longer_than_its_type_is_refused(client: Any, priced: Json) -> None:
    with pytest.raises(ValidationError):
        settle(client, priced, period_start="2026-01-01", period_end="2026-01-02")


@pytest.mark.parametrize("call", [("get_settlement",), ("update_settlement_status", "void")], ids=str)
def test_an_absent_settlement_is_not_found(client: Any, call: tuple[str, ...]) -> None:
    name, *rest = call
    with pytest.raises(NotFoundError):
        getattr(client, name)("stl_0000absent", *rest)


def test_service_levels_are_measured_against_the_catalog(
    client: Any, priced: Json, consume: Callable[..., Json]
) -> None:
    today = datetime.now(timezone.utc).date().isoformat()
    period = {"period_start": today, "period_end": today}
    empty = SLAComplianceReport.model_validate(client.get_sla_compliance(priced["gate_id"], **period))
    assert (empty.overall_compliant, empty.overall_uptime_bp) == (True, 10_000)
    for outcome in ("success", "partial", "error"):
        consume(outcome=outcome)
    report = SLAComplianceReport.model_validate(
        client.get_sla_compliance(priced["gate_id"], permission_key="book", **period)
    )
    [metric] = report.metrics
    assert (metric.total_requests, metric.success_count, metric.partial_count, metric.error_count) == (3, 1, 1, 1)
    assert metric.uptime_basis_points == 6_666
    assert not metric.compliant
    assert not report.overall_compliant


def test_a_service_is_discovered_with_its_price(client: Any) -> None:
    word = f"w{uuid.uuid4().hex}"
    gate_id = client.create_gate(name="Shop", gate_id=f"gate_{word}")["gate_id"]
    client.update_gate(gate_id, is_discoverable=True)
    permission = {"permission_key": f"{word}:book", "display_name": "Book", "description": "", "constraints": TERMS}
    client.create_catalog(gate_id, permissions=[permission])
    client.publish_catalog(gate_id)
    [found] = client.discover_services(f"{word}:book")["results"]
    service = DiscoveryResult.model_validate(found)
    assert (service.gate_id, service.price_cents, service.uptime_basis_points) == (gate_id, 25, 9_900)
    assert (service.catalog_version, service.platform_fee_basis_points) == (1, 250)
