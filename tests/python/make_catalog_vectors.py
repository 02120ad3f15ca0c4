"""Writes vectors/catalogs/content-hashes.json: snapshots hashed with the published Python package.

    python tests/python/make_catalog_vectors.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from modei.crypto import compute_content_hash

FILE = Path(__file__).resolve().parents[2] / "vectors" / "catalogs" / "content-hashes.json"
PUBLISHED_MS = 1777593600000
PUBLISHED_AT = "2026-05-01T00:00:00.000Z"


def permission(key: str, **members: Any) -> dict[str, Any]:
    return {
        "permission_key": key,
        "display_name": key,
        "description": "",
        "risk_level": "low",
        "min_trust_level": 1,
        "constraints": {},
        **members,
    }


CASES: list[tuple[str, int, list[dict[str, Any]]]] = [
    ("one permission without constraints", 1, [permission("read")]),
    ("prices and service levels", 2, [permission("flights:book", display_name="Book a flight", risk_level="high", min_trust_level=2, constraints={"core:pricing:model": "per_call", "core:pricing:per_call_cents": 25, "core:sla:uptime_basis_points": 9990})]),
    ("permissions in the order of the draft", 3, [permission("b"), permission("a"), permission("a:b")]),
    ("keys of constraints in any order", 4, [permission("a", constraints={"core:rate:max_per_minute": 10, "core:cost:max_per_action": 500})]),
    ("text beyond ASCII", 5, [permission("a", display_name="Flüge 予約 🛫", description="a\ttab, a \"quote\", a \\, a line\nbreak, U+2028 \u2028 and é")]),
    ("numbers that are no integers", 6, [permission("a", constraints={"core:safety:anomaly_suspend": 2.5}), permission("b", constraints={"core:safety:anomaly_suspend": 1e21})]),
    ("the largest safe integer", 7, [permission("a", constraints={"core:cost:max_per_action": 9007199254740991})]),
    ("lists and objects", 8, [permission("a", constraints={"core:scope:domain_allowlist": ["b.example", "*.a.example"], "core:time:operating_hours": {"timezone": "Europe/Berlin", "start": "09:00", "end": "17:30", "days": ["mon", "tue"]}})]),
    ("keys that sort by UTF-16 unit", 9, [permission("Z"), permission("a", constraints={"core:platform_fee:recipient": "acct_1", "core:platform_fee:basis_points": 0})]),
    ("no permission at all", 10, []),
]


def main() -> None:
    cases = []
    for name, version, permissions in CASES:
        snapshot = {"gate_id": "gate_vectors", "version": version, "published_at": PUBLISHED_AT, "permissions": permissions}
        cases.append({"name": name, "catalog_snapshot": snapshot, "content_hash": compute_content_hash(snapshot)})
    body = {
        "source": "tests/python/make_catalog_vectors.py with modei-python 1.1.0a1",
        "note": "content_hash is the hex SHA-256 of the RFC 8785 bytes of catalog_snapshot.",
        "published_at_ms": PUBLISHED_MS,
        "cases": cases,
    }
    FILE.write_text(json.dumps(body, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
