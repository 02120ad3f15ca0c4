"""Writes vectors/passports/{assertions,revocation-lists,credentials}.json, signed with the published Python package.

    python tests/python/make_assertion_vectors.py
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

from modei.passport import AgentCredentials
from passport_fixtures import NOW_MS, Json, hex_id, public_key, seed, sign, text

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "vectors" / "passports"
SOURCE = "tests/python/make_assertion_vectors.py with modei-python 1.1.0a1"
NOW = "2026-05-01T00:00:00.000Z"
WINDOW_MS = 300_000


def write(name: str, body: Json) -> None:
    (FOLDER / name).write_text(json.dumps({"source": SOURCE, **body}, indent=1) + "\n", encoding="utf-8")


def assertions() -> None:
    passport_id = f"pp_self_{hex_id('root')}"
    expected = {"passport_id": passport_id, "gate_id": "gate_vectors", "action": "flights:book", "target": "https://api.example.com/", "cost_cents": 900}
    bare = {"passport_id": passport_id, "gate_id": None, "action": "flights:book"}
    said = {**expected, "nonce": "nonce-0001", "timestamp": NOW}
    cases: list[Json] = []

    def case(name: str, assertion: Any, expect: str, *, signer: str = "root", want: Json = expected, now_ms: int = NOW_MS, **outer: Any) -> None:
        try:
            signature = sign(assertion, signer)
        except Exception:
            signature = sign({}, signer)
        signed = {"assertion_json": assertion, "assertion_signature": signature, **outer}
        cases.append({"name": name, "kind": "action", "signed": signed, "expected": want, "now_ms": now_ms, "expect": expect})

    case("repeats the request", said, "ok")
    case("time in Unix milliseconds", {**said, "timestamp": NOW_MS}, "ok")
    case("time with an offset", {**said, "timestamp": "2026-05-01T02:00:00+02:00"}, "ok")
    case("five minutes old", said, "ok", now_ms=NOW_MS + WINDOW_MS)
    case("five minutes ahead", said, "ok", now_ms=NOW_MS - WINDOW_MS)
    case("a request without target, cost and gate", {**bare, "nonce": "n", "timestamp": NOW}, "ok", want=bare)
    case("null for what the request lacks", {**bare, "target": None, "cost_cents": None, "nonce": "n", "timestamp": NOW}, "ok", want=bare)
    case("1 ms older than five minutes", said, "mismatch", now_ms=NOW_MS + WINDOW_MS + 1)
    case("1 ms more than five minutes ahead", said, "mismatch", now_ms=NOW_MS - WINDOW_MS - 1)
    case("signed by another key", said, "mismatch", signer="agent1")
    for member, other in (("passport_id", "pp_self_x"), ("gate_id", "gate_other"), ("gate_id", None), ("action", "flights:cancel"), ("target", "https://evil.example/"), ("cost_cents", 901), ("cost_cents", 0)):
        case(f"another {member}: {json.dumps(other)}", {**said, member: other}, "mismatch")
    for member in said:
        case(f"without {member}", {k: v for k, v in said.items() if k != member}, "mismatch")
    case("a target that the request lacks", {**bare, "target": "x", "nonce": "n", "timestamp": NOW}, "mismatch", want=bare)
    case("a cost that the request lacks", {**bare, "cost_cents": 0, "nonce": "n", "timestamp": NOW}, "mismatch", want=bare)
    case("unknown member", {**said, "note": "x"}, "mismatch")
    case("unknown member beside the signature", said, "mismatch", note="x")
    for member, value in (("nonce", ""), ("nonce", 7), ("nonce", "n" * 256), ("cost_cents", 900.5), ("cost_cents", "900"), ("cost_cents", -900), ("timestamp", "2026-05-01"), ("timestamp", "2026-02-30T00:00:00Z"), ("timestamp", "2026-05-01T00:00:00"), ("timestamp", 1777593600.5), ("timestamp", None)):
        case(f"{member} {json.dumps(value)[:24]}", {**said, member: value}, "mismatch")
    case("no signature", said, "mismatch", assertion_signature="")
    case("a signature over other bytes", said, "mismatch", assertion_signature=sign({**said, "nonce": "other"}, "root"))
    case("text for an object", text(said), "mismatch")
    for signed in (None, "x", [], {}):
        cases.append({"name": f"{json.dumps(signed)} for an assertion", "kind": "action", "signed": signed, "expected": expected, "now_ms": NOW_MS, "expect": "mismatch"})

    revoke = {"passport_id": passport_id, "action": "revoke", "nonce": "nonce-0002", "revoked_at": NOW}

    def revocation(name: str, assertion: Any, expect: str, *, signer: str = "root", now_ms: int = NOW_MS) -> None:
        signed = {"assertion_json": assertion, "assertion_signature": sign(assertion, signer)}
        cases.append({"name": name, "kind": "revoke", "signed": signed, "passport_id": passport_id, "keys": ["root", "agent1"], "now_ms": now_ms, "expect": expect})

    revocation("revoked by its holder", revoke, "ok")
    revocation("revoked by another holder of its line", revoke, "ok", signer="agent1")
    revocation("revoked by a stranger", revoke, "mismatch", signer="agent2")
    revocation("revocation of another passport", {**revoke, "passport_id": "pp_self_x"}, "mismatch")
    revocation("revocation with another action", {**revoke, "action": "flights:book"}, "mismatch")
    changed = {"assertion_json": {**revoke, "action": "read"}, "assertion_signature": sign(revoke, "root")}
    cases.append({"name": "revocation whose action was changed after signing", "kind": "revoke", "signed": changed, "passport_id": passport_id, "keys": ["root"], "now_ms": NOW_MS, "expect": "mismatch"})
    revocation("revocation with an unknown member", {**revoke, "gate_id": "gate_vectors"}, "mismatch")
    revocation("revocation without a nonce", {k: v for k, v in revoke.items() if k != "nonce"}, "mismatch")
    revocation("revocation older than five minutes", revoke, "mismatch", now_ms=NOW_MS + WINDOW_MS + 1)
    revocation("proof of possession used as a revocation", {**said, "action": "revoke"}, "mismatch")
    write("assertions.json", {"note": "Proofs of possession and self-revocations of the passport of `root`. `keys` names who may revoke.", "public_keys": {name: public_key(name) for name in ("root", "agent1", "agent2")}, "cases": cases})


def revocation_lists() -> None:
    entry = {"passport_id": f"pp_{hex_id('revoked')}", "revoked_at": "2026-04-30T00:00:00.000Z", "expires_at": "2026-06-01T00:00:00.000Z"}
    listed = {"type": "revocation_list", "schema_version": 1, "gate_id": "gate_vectors", "issued_at": NOW, "signing_key_id": "sk_gate00000001", "entries": [entry]}
    cases: list[Json] = []

    def case(name: str, document: Any, expect: str, *, signer: str = "gate", now_ms: int = NOW_MS, signed_text: str = "", **outer: Any) -> None:
        list_text = signed_text or text(document)
        signature = sign_text(list_text, signer)
        key_id = document["signing_key_id"] if isinstance(document, dict) and "signing_key_id" in document else ""
        signed = {"revocations_json": list_text, "signature": signature, "signing_key_id": key_id, **outer}
        cases.append({"name": name, "signed": signed, "now_ms": now_ms, "expect": expect})

    case("one passport", listed, "ok")
    case("none", {**listed, "entries": []}, "ok")
    case("members of a newer server beside it", listed, "ok", public_key=public_key("gate"), note="x")
    case("signed by a retired key", {**listed, "signing_key_id": "sk_gate00000000"}, "ok", signer="old gate")
    case("as old as is allowed", listed, "ok", now_ms=NOW_MS + 60_000)
    case("older", listed, "revocation_list_stale", now_ms=NOW_MS + 60_001)
    case("issued more than a minute ahead", listed, "revocation_list_stale", now_ms=NOW_MS - 60_001)
    case("of another gate", {**listed, "gate_id": "gate_other"}, "revocation_list_wrong_gate")
    case("signed by a compromised key", {**listed, "signing_key_id": "sk_gate0000000x"}, "signature_key_unavailable", signer="lost gate")
    case("signed by an unknown key", {**listed, "signing_key_id": "sk_other"}, "signature_key_unavailable")
    case("signed by the key beside it", listed, "signature_invalid", signer="agent1", public_key=public_key("agent1"))
    case("an entry cut out", listed, "signature_invalid", revocations_json=text({**listed, "entries": []}))
    case("no signature", listed, "signature_invalid", signature="")
    case("unknown member", {**listed, "note": "x"}, "revocation_list_malformed")
    case("unknown member in an entry", {**listed, "entries": [{**entry, "note": "x"}]}, "revocation_list_malformed")
    case("entry without an id", {**listed, "entries": [{**entry, "passport_id": ""}]}, "revocation_list_malformed")
    case("another type", {**listed, "type": "checkpoint"}, "revocation_list_malformed")
    case("another version", {**listed, "schema_version": 2}, "revocation_list_malformed")
    case("time without milliseconds", {**listed, "issued_at": "2026-05-01T00:00:00Z"}, "revocation_list_malformed")
    case("duplicate key", listed, "revocation_list_malformed", signed_text=text(listed).replace('"entries":[', '"entries":[],"entries":[', 1))
    case("no JSON", listed, "revocation_list_malformed", signed_text="{")
    case("an object for the text", listed, "revocation_list_malformed", revocations_json=listed)
    write("revocation-lists.json", {"note": "Lists of gate_vectors, whose keys stand in chains.json. `max_age_ms` is the reader's choice.", "max_age_ms": 60_000, "cases": cases})


def sign_text(signed_text: str, signer: str) -> str:
    import nacl.signing

    return base64.b64encode(nacl.signing.SigningKey(seed(signer)).sign(signed_text.encode()).signature).decode()


def credentials() -> None:
    python_written = {
        "agent_id": "agent_self_A-4_q60HJGOqax9gNqzxZ48yEYCrFVX6",
        "created_at": "2026-04-22T19:30:00Z",
        "private_key_base64": "bW9kZWktYzIwLjMtaW50ZXJvcC10ZXN0LXNlZWQhISE=",
        "public_key_base64": "fiMzwuMFDCZhRyhItKtuxgGcP5xw9uDFznGdBWng6W8=",
        "version": 1,
    }
    good = AgentCredentials(private_key_seed=seed("root"), created_at="2026-04-22T00:00:00Z")
    file = {
        "agent_id": good.agent_id,
        "created_at": good.created_at,
        "private_key_base64": base64.b64encode(good.private_key_bytes).decode(),
        "public_key_base64": good.public_key_b64,
        "version": 1,
    }
    printed = json.dumps(file, indent=2, sort_keys=True)
    refused = [
        ("not JSON", "{not json"),
        ("empty", ""),
        ("an array", "[]"),
        ("version 2", json.dumps({**file, "version": 2})),
        ("version as text", json.dumps({**file, "version": "1"})),
        ("another agent's id", json.dumps({**file, "agent_id": python_written["agent_id"]})),
        ("another public key", json.dumps({**file, "public_key_base64": python_written["public_key_base64"]})),
        ("another private key", json.dumps({**file, "private_key_base64": python_written["private_key_base64"]})),
        ("private key of 31 bytes", json.dumps({**file, "private_key_base64": base64.b64encode(bytes(31)).decode()})),
        ("private key of 64 bytes", json.dumps({**file, "private_key_base64": base64.b64encode(bytes(64)).decode()})),
        ("private key without padding", json.dumps({**file, "private_key_base64": file["private_key_base64"].rstrip("=")})),
        ("private key in hex", json.dumps({**file, "private_key_base64": good.private_key_bytes.hex()})),
        ("duplicate private key", printed.replace('"version"', f'"private_key_base64": "{python_written["private_key_base64"]}",\n  "version"')),
        *[(f"{name} missing", json.dumps({k: v for k, v in file.items() if k != name})) for name in file],
        *[(f"{name} null", json.dumps({**file, name: None})) for name in file],
    ]
    accepted = [
        {"name": "python_written", "text": json.dumps(python_written, indent=2), "agent_id": python_written["agent_id"]},
        {"name": "written by the Python package", "text": printed, "agent_id": file["agent_id"]},
        {"name": "on one line, in another order", "text": json.dumps(dict(reversed(file.items()))), "agent_id": file["agent_id"], "rewritten": printed},
    ]
    write("credentials.json", {"note": "Texts of credentials files. An accepted one is written back as it was, or as `rewritten`.", "accepted": accepted, "refused": [{"name": name, "text": body} for name, body in refused]})


if __name__ == "__main__":
    assertions()
    revocation_lists()
    credentials()
