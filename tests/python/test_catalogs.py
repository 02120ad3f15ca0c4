"""Catalogs through the published client: draft, publication, impact, pins and reissue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from modei import (
    ConflictError,
    NotFoundError,
    ValidationError,
    compute_content_hash,
    verify_attestation_signature,
    verify_content_hash,
)
from modei.passport import canonicalize_strict
from modei.types import CatalogPermission, CatalogSnapshot, CheckResult, Passport, PublishedCatalog, PublishResult, ReissueResult

Json = dict[str, Any]
Issue = Callable[..., Json]

READ = {"permission_key": "read", "display_name": "Read", "description": "Read anything"}
WRITE = {
    "permission_key": "write",
    "display_name": "Write",
    "description": "Write anything",
    "risk_level": "high",
    "constraints": {"core:pricing:model": "per_call", "core:pricing:per_call_cents": 25},
}


def publish(client: Any, gate: Json, *permissions: Json) -> Json:
    client.create_catalog(gate["gate_id"], permissions=list(permissions))
    return client.publish_catalog(gate["gate_id"], change_summary="A change")


def dearer(permission: Json, cents: int) -> Json:
    return {**permission, "constraints": {**permission["constraints"], "core:pricing:per_call_cents": cents}}


def test_a_new_gate_has_an_empty_draft_that_cannot_be_published(client: Any, gate: Json) -> None:
    assert CatalogSnapshot.model_validate(client.get_catalog(gate["gate_id"])).permissions == []
    assert client.list_catalog_versions(gate["gate_id"]) == []
    with pytest.raises(ValidationError):
        client.publish_catalog(gate["gate_id"])


def test_a_draft_replaces_the_one_before(client: Any, gate: Json) -> None:
    saved = client.create_catalog(gate["gate_id"], permissions=[READ, WRITE], catalog_name="Everything")
    assert saved["status"] == "saved"
    client.create_catalog(gate["gate_id"], permissions=[READ])
    draft = CatalogSnapshot.model_validate(client.get_catalog(gate["gate_id"]))
    [permission] = draft.permissions
    assert CatalogPermission.model_validate(permission).permission_key == "read"


def test_a_published_version_hashes_and_verifies_with_the_package(client: Any, gate: Json) -> None:
    published = PublishResult.model_validate(publish(client, gate, READ, WRITE))
    assert published.version == 1
    read = client.get_catalog_version(gate["gate_id"], 1)
    catalog = PublishedCatalog.model_validate(read)
    assert verify_content_hash(catalog.catalog_snapshot, published.content_hash)
    assert compute_content_hash(catalog.catalog_snapshot) == catalog.content_hash
    signed = canonicalize_strict(catalog.catalog_snapshot).decode()
    assert verify_attestation_signature(signed, catalog.signature, gate["public_key"])
    listed = [PublishedCatalog.model_validate(one) for one in client.list_catalog_versions(gate["gate_id"])]
    assert [(one.version, one.content_hash) for one in listed] == [(1, published.content_hash)]
    assert client.get_gate(gate["gate_id"])["current_catalog_version"] == 1


def test_an_unchanged_draft_is_not_published_again(client: Any, gate: Json) -> None:
    publish(client, gate, READ)
    with pytest.raises(ConflictError):
        client.publish_catalog(gate["gate_id"])


def test_an_absent_version_is_not_found(client: Any, gate: Json) -> None:
    with pytest.raises(NotFoundError):
        client.get_catalog_version(gate["gate_id"], 1)


def test_a_permission_without_a_key_is_refused(client: Any, gate: Json) -> None:
    with pytest.raises(ValidationError):
        client.create_catalog(gate["gate_id"], permissions=[{"display_name": "Nameless"}])


def test_a_passport_is_pinned_to_the_catalog_and_grants_nothing_beside_it(
    client: Any, gate: Json, issue: Issue
) -> None:
    published = publish(client, gate, READ)
    with pytest.raises(ValidationError) as caught:
        issue(permissions=["read", "write"])
    assert "write" in str(caught.value)
    passport = Passport.model_validate(issue(permissions=["read"]))
    assert (passport.catalog_version, passport.catalog_content_hash) == (1, published["content_hash"])
    check = client.check_gate(gate["gate_id"], action="read", passport_id=passport.passport_id)
    assert CheckResult.model_validate(check).allowed


def test_the_impact_names_what_changes_for_whom(client: Any, gate: Json, issue: Issue) -> None:
    publish(client, gate, READ, WRITE)
    passport_id = issue(permissions=["write"])["passport_id"]
    client.create_catalog(gate["gate_id"], permissions=[READ, dearer(WRITE, 30)])
    impact = client.get_catalog_impact(gate["gate_id"])
    assert impact["has_breaking_changes"] is True
    assert impact["affected_passports"] == 1
    assert [one["passport_id"] for one in impact["passports"]] == [passport_id]
    assert {change["permission_key"] for change in impact["changes"]} == {"write"}


def test_breaking_changes_need_their_version_accepted(client: Any, gate: Json, issue: Issue) -> None:
    publish(client, gate, READ, WRITE)
    passport_id = issue(permissions=["write"])["passport_id"]
    assert publish(client, gate, READ, dearer(WRITE, 30))["has_breaking_changes"] is True
    with pytest.raises(ConflictError) as caught:
        client.reissue_passport(passport_id)
    assert caught.value.body["code"] == "terms_changed"
    assert caught.value.body["changes"]

    reissued = ReissueResult.model_validate(client.reissue_passport(passport_id, accept_catalog_version=2))
    assert (reissued.revoked_passport_id, reissued.catalog_version) == (passport_id, 2)
    assert reissued.has_breaking_changes
    assert verify_attestation_signature(reissued.passport_json, reissued.signature, reissued.public_key)
    assert not client.check_gate(gate["gate_id"], action="write", passport_id=passport_id)["allowed"]
    assert client.check_gate(gate["gate_id"], action="write", passport_id=reissued.passport_id)["allowed"]


def test_an_absent_passport_is_not_reissued(client: Any) -> None:
    with pytest.raises(NotFoundError):
        client.reissue_passport("pp_0absent")


def test_a_discoverable_gate_is_found_by_capability(client: Any, gate: Json) -> None:
    word = gate["gate_id"].removeprefix("gate_")
    priced = {**WRITE, "permission_key": f"{word}:book"}
    publish(client, gate, priced)
    assert client.discover_services(f"{word}:*")["total"] == 0
    client.update_gate(gate["gate_id"], is_discoverable=True)
    found = client.discover_services(f"{word}:*", max_price_cents=25, sort="price_asc")
    assert [one["permission_key"] for one in found["results"]] == [f"{word}:book"]
    assert client.discover_services(f"{word}:*", max_price_cents=24)["total"] == 0
    assert client.discover_services(f"{word}:*", pricing_model="by the moon")["total"] == 0
