"""Envelopes with fixed keys, ids and times, built with the published Python package's own primitives."""

from __future__ import annotations

import base64
import copy
import hashlib
from typing import Any, Optional

import nacl.signing
from modei.passport import canonicalize_strict, derive_self_agent_id

ISSUED_AT = "2026-04-22T00:00:00.000Z"
EXPIRES_AT = "2026-05-22T00:00:00.000Z"
NOW_MS = 1_777_593_600_000  # 2026-05-01T00:00:00.000Z

Json = dict[str, Any]


def seed(name: str) -> bytes:
    return hashlib.sha256(f"modei passport vector {name}".encode()).digest()


def public_bytes(name: str) -> bytes:
    return nacl.signing.SigningKey(seed(name)).verify_key.encode()


def public_key(name: str) -> str:
    return base64.b64encode(public_bytes(name)).decode()


def hex_id(name: str) -> str:
    return hashlib.sha256(f"modei passport id {name}".encode()).hexdigest()[:32]


def sign(envelope: Json, name: str) -> str:
    signed = nacl.signing.SigningKey(seed(name)).sign(canonicalize_strict(envelope))
    return base64.b64encode(signed.signature).decode()


def text(envelope: Json) -> str:
    return canonicalize_strict(envelope).decode()


def grant(key: str = "flights:book", **constraints: Any) -> Json:
    return {"permission_key": key, "constraints": constraints}


def envelope(
    holder: str,
    *,
    issuer: Optional[Json] = None,
    passport_id: Optional[str] = None,
    permissions: Optional[list[Json]] = None,
    chain: Optional[list[Json]] = None,
    authority: bool = False,
    issued_at: str = ISSUED_AT,
    expires_at: str = EXPIRES_AT,
    gate_id: Optional[str] = None,
    catalog: tuple[Optional[int], Optional[str]] = (None, None),
    agent_name: Optional[str] = "default",
    evidence: Optional[list[Any]] = None,
) -> Json:
    """A self-issued envelope of `holder`, unless an issuer is given."""
    key = public_bytes(holder)
    return {
        "schema_version": 2,
        "passport_id": passport_id or f"pp_self_{hex_id(holder)}",
        "identity": {
            "agent_id": derive_self_agent_id(public_key(holder)),
            "agent_name": f"{holder}@agents.example" if agent_name == "default" else agent_name,
            "public_key": public_key(holder),
        },
        "permissions": [grant()] if permissions is None else permissions,
        "provenance": {
            "issuer": issuer
            or {"type": "self", "id": "self:" + hashlib.sha256(key).hexdigest(), "key_id": "self"},
            "gate_id": gate_id,
            "catalog_content_hash": catalog[1],
            "catalog_version": catalog[0],
            "delegation_chain": chain,
            "issued_at": issued_at,
            "expires_at": expires_at,
        },
        "delegation_authority": authority,
        "verification_evidence": [] if evidence is None else evidence,
    }


def delegated(holder: str, chain: list[Json], **options: Any) -> Json:
    """An envelope below `chain`, which may be changed afterwards: it is copied."""
    root = chain[0]["passport_json"]
    provenance = root["provenance"]
    gate_root = provenance["issuer"]["type"] == "gate"
    options.setdefault("gate_id", provenance["gate_id"] if gate_root else None)
    options.setdefault(
        "catalog",
        (provenance["catalog_version"], provenance["catalog_content_hash"]) if gate_root else (None, None),
    )
    options.setdefault("passport_id", f"pp_delegate_{hex_id(holder)}")
    options.setdefault(
        "issuer",
        {
            "type": "delegate",
            "id": "delegate:" + root["passport_id"],
            "key_id": chain[-1]["passport_json"]["provenance"]["issuer"]["key_id"],
        },
    )
    return envelope(holder, chain=copy.deepcopy(chain), **options)


def link(signed: Json, signer: str) -> Json:
    return {"passport_json": copy.deepcopy(signed), "signature": sign(signed, signer)}


def gate_root(holder: str = "root", **options: Any) -> Json:
    options.setdefault("issuer", {"type": "gate", "id": "gate_vectors", "key_id": "sk_gate00000001"})
    options.setdefault("gate_id", "gate_vectors")
    options.setdefault("catalog", (3, hashlib.sha256(b"catalog").hexdigest()))
    options.setdefault("passport_id", f"pp_{hex_id('gate ' + holder)}")
    return envelope(holder, **options)


def chain_of(
    depth: int,
    *,
    root: Optional[Json] = None,
    root_signer: str = "root",
    levels: Optional[dict[int, Json]] = None,
) -> tuple[Json, str]:
    """A leaf below `depth` links and its signature. `levels` overrides options of single envelopes, root 0."""
    levels = levels or {}
    if depth == 0:
        single = root or envelope("root", **levels.get(0, {}))
        return single, sign(single, root_signer)
    top = root or envelope("root", **{"authority": True, **levels.get(0, {})})
    chain = [link(top, root_signer)]
    holder = "root"
    for level in range(1, depth):
        below = f"agent{level}"
        chain.append(
            link(delegated(below, chain, **{"authority": True, **levels.get(level, {})}), holder)
        )
        holder = below
    leaf = delegated(f"agent{depth}", chain, **levels.get(depth, {}))
    return leaf, sign(leaf, holder)
