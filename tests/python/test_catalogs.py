"""Catalogs, discovery and reissue through the published client: hashes, signatures and models are the package's own."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from modei import ConflictError, ModeiError, NotFoundError, ValidationError, verify_attestation_signature
from modei.crypto import compute_content_hash
from modei.passport import canonicalize_strict
from modei.types import (
    CatalogCreate,
    CatalogPermission,
    CatalogSnapshot,
    DiscoveryResult,
    EnforceResult,
    PublishedCatalog,
    PublishResult,
    ReissueResult,
)

Json = dict[str, Any]
Issue = Callable[..., Json]
PRICE = "core:pricing:per_call_cents"


def permission(key: str, **members: Any) -> Json:
    return CatalogPermission(permission_key=key, display_name=key, description="", **members).model_dump()


def publish(client: Any, gate: Json, *permissions: Json, **options: Any) -> Json:
    client.create_catalog(gate["gate_id"], permissions=list(permissions))
    return client.publish_catalog(gate["gate_id"], **options)


def test_a_new_gate_has_an_empty_draft(client: Any, gate: Json) -> None:
    draft = CatalogSnapshot.model_validate(client.get_catalog(gate["gate_id"]))
    assert draft.version == 0
    assert draft.permissions == []
    assert client.list_catalog_versions(gate["gate_id"]) == []
    with pytest.raises(ValidationError):
        client.publish_catalog(gate["gate_id"])


def test_the_package_can_hash_and_verify_what_was_published(client: Any, gate: Json) -> None:
    asked = CatalogCreate(
        version="2026.1",
        catalog_name="Flüge",
        description="✈",
        permissions=[
            CatalogPermission(permission_key="read", display_name="Read", description="é \u2028"),
            CatalogPermission(permission_key="book", display_name="Book", description="", risk_level="high", min_trust_level=2, constraints={PRICE: 25, "core:safety:anomaly_suspend": 2.5}),
        ],
    )
    saved = client.create_catalog(gate["gate_id"], **asked.model_dump())
    assert saved["status"] == "saved"
    result = PublishResult.model_validate(client.publish_catalog(gate["gate_id"], change_summary="first"))
    assert (result.version, result.has_breaking_changes) == (1, False)
    raw = client.get_catalog_version(gate["gate_id"], 1)
    published = PublishedCatalog.model_validate(raw)
    assert published.catalog_snapshot is not None
    CatalogSnapshot.model_validate(published.catalog_snapshot)
    assert compute_content_hash(published.catalog_snapshot) == published.content_hash == result.content_hash
    text = canonicalize_strict(published.catalog_snapshot).decode()
    assert verify_attestation_signature(text, published.signature or "", raw["public_key"])
    [listed] = client.list_catalog_versions(gate["gate_id"])
    assert PublishedCatalog.model_validate(listed).catalog_snapshot is None
    assert client.get_gate(gate["gate_id"])["current_catalog_version"] == 1


def test_an_unchanged_draft_is_a_conflict_and_an_unknown_version_not_found(client: Any, gate: Json) -> None:
    publish(client, gate, permission("read"))
    with pytest.raises(ConflictError) as unchanged:
        client.publish_catalog(gate["gate_id"])
    assert unchanged.value.status_code == 409
    with pytest.raises(NotFoundError):
        client.get_catalog_version(gate["gate_id"], 2)


def test_a_permission_that_the_catalog_lacks_is_named(client: Any, gate: Json, issue: Issue) -> None:
    publish(client, gate, permission("read"))
    with pytest.raises(ValidationError) as refused:
        issue(permissions=["read", "write"])
    assert "write" in str(refused.value)
    pinned = issue(permissions=["read"])
    assert pinned["catalog_version"] == 1
    assert pinned["catalog_content_hash"] == client.get_catalog_version(gate["gate_id"], 1)["content_hash"]


def test_impact_consent_and_reissue(client: Any, gate: Json, issue: Issue) -> None:
    publish(client, gate, permission("read", constraints={PRICE: 25}))
    passport = issue(permissions=["read"], constraints={"core:cost:max_cumulative": 60})
    spent = EnforceResult.model_validate(client.enforce_action(passport_id=passport["passport_id"], action="read"))
    assert spent.cumulative_cost == 25
    client.create_catalog(gate["gate_id"], permissions=[permission("read", constraints={PRICE: 30})])
    impact = client.get_catalog_impact(gate["gate_id"])
    assert impact["affected_passports"] == 1
    assert impact["has_breaking_changes"] is True
    assert client.publish_catalog(gate["gate_id"])["has_breaking_changes"] is True
    with pytest.raises(ConflictError):
        client.reissue_passport(passport["passport_id"])
    reissued = ReissueResult.model_validate(client.reissue_passport(passport["passport_id"], accept_catalog_version=2))
    assert reissued.revoked_passport_id == passport["passport_id"]
    assert reissued.catalog_version == 2
    assert reissued.has_breaking_changes
    assert verify_attestation_signature(reissued.passport_json or "", reissued.signature or "", reissued.public_key or "")
    again = EnforceResult.model_validate(client.enforce_action(passport_id=reissued.passport_id, action="read"))
    assert again.cumulative_cost == 55
    blocked = client.enforce_action(passport_id=reissued.passport_id, action="read")
    assert (blocked["decision"], blocked["blocked_by"]) == ("BLOCK", "core:cost:max_cumulative")


def test_a_version_of_the_future_waits_for_its_time(client: Any, gate: Json, issue: Issue) -> None:
    later = publish(client, gate, permission("read"), effective_at="2999-01-01T00:00:00Z")
    assert later["effective_at"] == "2999-01-01T00:00:00.000Z"
    assert issue(permissions=["write"])["catalog_version"] is None


def test_services_are_discovered_by_capability(client: Any, gate_id: str) -> None:
    namespace = f"n{uuid.uuid4().hex}"
    client.create_gate(name="Shop", gate_id=gate_id)
    gate = client.update_gate(gate_id, is_discoverable=True)
    publish(
        client,
        gate,
        permission(f"{namespace}:cheap", constraints={PRICE: 5, "core:sla:uptime_basis_points": 9000}),
        permission(f"{namespace}:dear", constraints={PRICE: 50, "core:sla:response_time_ms": 100}),
    )
    found = client.discover_services(f"{namespace}:*", sort="price_desc")
    results = [DiscoveryResult.model_validate(result) for result in found["results"]]
    assert [result.permission_key for result in results] == [f"{namespace}:dear", f"{namespace}:cheap"]
    assert (results[0].price_cents, results[0].currency, results[0].response_time_ms) == (50, "USD", 100)
    assert results[0].catalog_content_hash == client.get_catalog_version(gate_id, 1)["content_hash"]
    assert (found["total"], found["limit"], found["offset"]) == (2, 20, 0)
    cheap = client.discover_services(f"{namespace}:*", max_price_cents=5, min_uptime_bp=9000, limit=1)
    assert [result["permission_key"] for result in cheap["results"]] == [f"{namespace}:cheap"]
    assert client.discover_services(f"{namespace}:*", pricing_model="per_token")["results"] == []


def test_faults_of_a_draft_are_a_validation_error(client: Any, gate: Json) -> None:
    for bad in ({PRICE: 0.5}, {PRICE: -1}, {"core:price": 1}):
        with pytest.raises(ValidationError):
            client.create_catalog(gate["gate_id"], permissions=[permission("read", constraints=bad)])
    with pytest.raises(ModeiError):
        client.create_catalog(gate["gate_id"], permission=[])
