"""What the package's own function says of a record, with the key that the server publishes."""

from __future__ import annotations

from typing import Any

from modei import verify_attestation_signature


def is_signed_by_gate(client: Any, record: dict[str, Any]) -> bool:
    key = client.get_gate(record["gate_id"])["public_key"]
    return verify_attestation_signature(record["attestation_json"], record["signature"], key)
