"""API keys through the published client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from modei import AuthenticationError, NotFoundError


def test_a_new_key_is_shown_once_works_and_ends_with_its_revocation(
    client: Any, client_with_key: Callable[[str], Any]
) -> None:
    created = client.create_api_key(name="My Key", scopes=["gates:read", "passports:write"])
    assert created["scopes"] == ["gates:read", "passports:write"]
    limited = client_with_key(created["key"])
    assert isinstance(limited.list_gates(), list)

    listed = next(one for one in client.list_api_keys() if one["id"] == created["id"])
    assert "key" not in listed
    assert created["key"].startswith(listed["prefix"])

    assert client.revoke_api_key(created["id"]) == {"revoked": True}
    with pytest.raises(AuthenticationError):
        limited.list_gates()
    assert created["id"] not in [one["id"] for one in client.list_api_keys()]


def test_an_absent_key_is_not_found(client: Any) -> None:
    with pytest.raises(NotFoundError):
        client.revoke_api_key("key_0000absent")
