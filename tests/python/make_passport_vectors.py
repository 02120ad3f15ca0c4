"""Writes vectors/passports/{chains,refusals,size-limit}.json with the published Python package (1.1.0a1).

    python tests/python/make_passport_vectors.py [FOLDER]

Everything is derived from fixed seeds, so that running it again changes nothing. Each case carries the verdict that is
right and, under `python`, the one that the Python package gives; where they differ, `difference` names the entry of
docs/spec/passport-envelope.md that says why.
"""

from __future__ import annotations

import base64
import copy
import json
import sys
from pathlib import Path
from typing import Any, Callable, Optional

from modei.passport import PassportVerifier
from passport_fixtures import (
    EXPIRES_AT,
    NOW_MS,
    Json,
    chain_of,
    delegated,
    envelope,
    gate_root,
    grant,
    hex_id,
    link,
    public_bytes,
    public_key,
    sign,
    text,
)

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "vectors" / "passports"
EXPIRY_MS = 1_779_408_000_000  # EXPIRES_AT
ISSUE_MS = 1_776_816_000_000  # ISSUED_AT
ORDER = 2**252 + 27742317777372353535851937790883648493
PAD = "@PAD@"

GATE_KEYS = {
    "gate_id": "gate_vectors",
    "signing_keys": [
        {"key_id": "sk_gate00000001", "public_key": public_key("gate"), "status": "active"},
        {"key_id": "sk_gate00000000", "public_key": public_key("old gate"), "status": "retired"},
        {"key_id": "sk_gate0000000x", "public_key": public_key("lost gate"), "status": "compromised"},
    ],
}


def python_verdict(passport_json: str, signature: Any) -> str:
    try:
        value = json.loads(passport_json)
    except ValueError:
        return "not_json"
    try:
        result = PassportVerifier().verify(value, signature)
    except Exception as error:  # the package lets some failures out
        return f"raises {type(error).__name__}"
    return "valid" if result.valid else str(result.reason_code)


Case = dict[str, Any]


def case(
    name: str,
    passport: Any,
    signature: Any,
    reason_code: str,
    *,
    now_ms: int = NOW_MS,
    difference: Optional[str] = None,
    keys: bool = False,
) -> Case:
    passport_json = passport if isinstance(passport, str) else text(passport)
    made: Case = {"name": name, "passport_json": passport_json, "signature": signature, "now_ms": now_ms}
    if keys:
        made["keys"] = True
    made["expect"] = reason_code
    made["python"] = python_verdict(passport_json, signature)
    if difference is not None:
        made["difference"] = difference
    assert (made["python"] == reason_code) == (difference is None), (name, made["python"], reason_code)
    return made


def changed(value: Json, path: str, new: Any) -> Json:
    """A copy with the member at a dotted path replaced; `...` deletes it."""
    copied = copy.deepcopy(value)
    *parents, last = [int(p) if p.isdigit() else p for p in path.split(".")]
    target: Any = copied
    for parent in parents:
        target = target[parent]
    if new is ...:
        del target[last]
    else:
        target[last] = new
    return copied


def resigned(value: Json, path: str, new: Any, signer: str = "root") -> tuple[Json, str]:
    """Like `changed`, with a signature over the changed envelope."""
    altered = changed(value, path, new)
    return altered, sign(altered, signer)


def flip(signature: str, byte: int, bit: int = 0) -> str:
    raw = bytearray(base64.b64decode(signature))
    raw[byte] ^= 1 << bit
    return base64.b64encode(bytes(raw)).decode()


def stray_bits(padded: str) -> str:
    """The same bytes, spelt with an unused bit set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    digits = padded.rstrip("=")
    last = alphabet[alphabet.index(digits[-1]) + 1]
    return digits[:-1] + last + "=" * (len(padded) - len(digits))


def single_cases() -> list[Case]:
    base, signature = chain_of(0)
    raw = base64.b64decode(signature)
    s_plus_l = raw[:32] + (int.from_bytes(raw[32:], "little") + ORDER).to_bytes(32, "little")
    other, other_signature = resigned(base, "passport_id", f"pp_self_{hex_id('other')}")
    cases = [
        case("signed by another key", base, sign(base, "agent1"), "signature_invalid"),
        case("signature of another passport", base, other_signature, "signature_invalid"),
        case("one bit of R flipped", base, flip(signature, 0), "signature_invalid"),
        case("one bit of S flipped", base, flip(signature, 40, 3), "signature_invalid"),
        case("agent_name changed after signing", changed(base, "identity.agent_name", "eve"), signature, "signature_invalid"),
        case("permission changed after signing", changed(base, "permissions.0.permission_key", "flights:cancel"), signature, "signature_invalid"),
        case("expiry changed after signing", changed(base, "provenance.expires_at", "2027-05-22T00:00:00.000Z"), signature, "signature_invalid"),
        case("S + L", base, base64.b64encode(s_plus_l).decode(), "signature_invalid"),
        case("signature of 63 bytes", base, base64.b64encode(raw[:63]).decode(), "signature_malformed"),
        case("signature of 65 bytes", base, base64.b64encode(raw + b"\0").decode(), "signature_malformed"),
        case("empty signature", base, "", "signature_malformed"),
        case("signature null", base, None, "signature_malformed"),
        case("signature without padding", base, signature.rstrip("="), "signature_malformed"),
        case("signature in URL-safe base64", base, base64.urlsafe_b64encode(b"\xff" * 64).decode(), "signature_malformed"),
        case("signature with a line break", base, signature[:40] + "\n" + signature[40:], "signature_malformed"),
        case("signature with an unused bit set", base, stray_bits(signature), "signature_malformed", difference="base64"),
        case("public key of 31 bytes", *resigned(base, "identity.public_key", base64.b64encode(public_bytes("root")[:31]).decode()), "public_key_malformed"),
        case("public key of 33 bytes", *resigned(base, "identity.public_key", base64.b64encode(public_bytes("root") + b"\0").decode()), "public_key_malformed"),
        case("public key not base64", *resigned(base, "identity.public_key", "!" * 44), "public_key_malformed"),
        case("public key empty", *resigned(base, "identity.public_key", ""), "public_key_malformed"),
        case("public key with an unused bit set", *resigned(base, "identity.public_key", stray_bits(public_key("root"))), "public_key_malformed", difference="base64"),
        case("signature and key both malformed: the signature is looked at first", changed(base, "identity.public_key", ""), "", "signature_malformed"),
        case("expired by 1 ms", base, signature, "passport_expired", now_ms=EXPIRY_MS + 1, difference="time"),
        case("at the very millisecond of its expiry", base, signature, "passport_expired", now_ms=EXPIRY_MS, difference="time"),
        case("issued 60,001 ms ahead", base, signature, "invalid_envelope_shape", now_ms=ISSUE_MS - 60_001, difference="time"),
        case("expired, and the signature is bad: the signature decides", base, flip(signature, 0), "signature_invalid", now_ms=EXPIRY_MS + 1),
        case("delegate without a chain", *resigned(base, "provenance.issuer.type", "delegate"), "delegation_chain_invalid_root"),
    ]
    p = 2**255 - 19
    order8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
    for label, y in [("1", 1), ("-1", p - 1), ("0", 0), ("of order 8", order8), ("of order 8, the other", p - order8)]:
        key = y.to_bytes(32, "little")
        hostile = changed(base, "identity.public_key", base64.b64encode(key).decode())
        forged = base64.b64encode(key + bytes(32)).decode()
        cases.append(case(f"small-order key and R, y = {label}, S = 0", hostile, forged, "signature_invalid"))
    beyond = (p + 3).to_bytes(32, "little")
    hostile = changed(base, "identity.public_key", base64.b64encode(beyond).decode())
    cases.append(case("public key whose y is not reduced", hostile, signature, "signature_invalid"))
    return cases


def shape_cases() -> list[Case]:
    base, signature = chain_of(0)
    cases: list[Case] = []

    def shape(name: str, passport: Any, difference: Optional[str] = None, reason: str = "invalid_envelope_shape") -> None:
        cases.append(case(name, passport, signature, reason, difference=difference))

    for version in (0, 1, 3, -2):
        shape(f"schema_version {version}", changed(base, "schema_version", version), reason="unsupported_schema_version")
    for version, label in (("2", "a string"), (2.5, "a fraction"), (None, "null"), ([2], "an array")):
        shape(f"schema_version is {label}", changed(base, "schema_version", version))
    shape("schema_version 1 and nothing else", '{"schema_version":1}', reason="unsupported_schema_version")
    places = {"": base, "identity": base["identity"], "permissions.0": base["permissions"][0], "provenance": base["provenance"], "provenance.issuer": base["provenance"]["issuer"]}
    for place, members in places.items():
        prefix = f"{place}." if place else ""
        shape(f"unknown member in {place or 'the envelope'}", changed(base, f"{prefix}note", "x"))
        for member in members:
            shape(f"{prefix}{member} missing", changed(base, f"{prefix}{member}", ...))
    for path, value in (
        ("passport_id", ""), ("passport_id", None), ("passport_id", 7), ("identity", []), ("identity.agent_id", None),
        ("identity.agent_name", 5), ("identity.public_key", None), ("permissions", {}), ("permissions", None),
        ("permissions.0", "flights:book"), ("permissions.0.constraints", None), ("permissions.0.constraints", []),
        ("provenance.issuer.type", "root"), ("provenance.issuer.id", ""), ("provenance.issuer.key_id", ""),
        ("provenance.gate_id", 5), ("provenance.catalog_version", 1.5), ("provenance.delegation_chain", {}),
        ("provenance.issued_at", None), ("provenance.expires_at", 1779408000), ("delegation_authority", None),
        ("verification_evidence", {}),
    ):
        shape(f"{path} is {json.dumps(value)}", changed(base, path, value))
    for path, value in (("delegation_authority", "true"), ("delegation_authority", 1), ("provenance.catalog_version", "3")):
        altered, resignature = resigned(base, path, value)
        cases.append(case(f"{path} is {json.dumps(value)}", altered, resignature, "invalid_envelope_shape", difference="coercion"))
    altered, resignature = resigned(base, "provenance.catalog_version", -1)
    cases.append(case("provenance.catalog_version is -1", altered, resignature, "invalid_envelope_shape", difference="coercion"))
    for value in (
        "2026-05-22T00:00:00Z", "2026-05-22T00:00:00.000+00:00", "2026-05-22T00:00:00.000000Z", "2026-02-30T00:00:00.000Z",
        "2026-13-01T00:00:00.000Z", "2026-05-21T24:00:00.000Z", "2026-05-22t00:00:00.000z", "2026-05-22", "",
    ):
        altered, resignature = resigned(base, "provenance.expires_at", value)
        cases.append(case(f"expires_at is {json.dumps(value)}", altered, resignature, "invalid_envelope_shape", difference="time"))
    bare = text(base)
    shape("not JSON", "{", "text")
    shape("empty text", "", "text")
    shape("JSON null", "null")
    shape("an array", "[]")
    shape("text after the envelope", bare + "x", "text")
    for name, find, put in (
        ("duplicate key", '"schema_version":2,', '"schema_version":2,"schema_version":2,'),
        ("duplicate key, spelt with an escape", '"schema_version":2,', '"schema_version":2,"schema\\u005fversion":2,'),
        ("duplicate constraint", '"constraints":{}', '"constraints":{"a":1,"a":1}'),
        ("lone surrogate in a name", '"root@agents.example"', '"\\ud800"'),
        ("lone surrogate in a constraint", '"constraints":{}', '"constraints":{"a":"\\udc00"}'),
        ("lone surrogate in a constraint's key", '"constraints":{}', '"constraints":{"\\ud800":1}'),
        ("key __proto__", '"constraints":{}', '"constraints":{"__proto__":1}'),
        ("key constructor", '"constraints":{}', '"constraints":{"a":{"constructor":1}}'),
        ("key prototype in the evidence", '"verification_evidence":[]', '"verification_evidence":[{"prototype":1}]'),
        ("NaN", '"constraints":{}', '"constraints":{"a":NaN}'),
        ("Infinity", '"constraints":{}', '"constraints":{"a":-Infinity}'),
        ("2^53", '"constraints":{}', '"constraints":{"a":9007199254740992}'),
        ("2^53 + 1", '"constraints":{}', '"constraints":{"a":9007199254740993}'),
        ("1e21", '"constraints":{}', '"constraints":{"a":1e+21}'),
        ("65 containers", '"verification_evidence":[]', '"verification_evidence":' + "[" * 64 + "]" * 64),
    ):
        altered_text = bare.replace(find, put)
        assert altered_text != bare, name
        try:
            resignature = sign(json.loads(altered_text), "root")
        except Exception:
            resignature = signature
        verdict = python_verdict(altered_text, resignature)
        cases.append(
            case(name, altered_text, resignature, "invalid_envelope_shape",
                 difference=None if verdict == "invalid_envelope_shape" else "text")
        )
    return cases


def chain_cases() -> list[Case]:
    cases: list[Case] = []
    leaf, signature = chain_of(3)
    chain = leaf["provenance"]["delegation_chain"]
    where = "provenance.delegation_chain"

    def add(name: str, built: tuple[Json, str], reason: str, difference: Optional[str] = None) -> None:
        cases.append(case(name, built[0], built[1], reason, difference=difference))

    def tampered(name: str, links: Any, reason: str, difference: Optional[str] = None) -> None:
        add(f"{name}, leaf not re-signed", (changed(leaf, where, links), signature), reason, difference)
        add(f"{name}, leaf re-signed", resigned(leaf, where, links, "agent2"), reason, difference)

    tampered("root's name changed", changed({"c": chain}, "c.0.passport_json.identity.agent_name", "eve")["c"], "signature_invalid")
    tampered("root's signature flipped", changed({"c": chain}, "c.0.signature", flip(chain[0]["signature"], 5))["c"], "signature_invalid")
    tampered("a link's grant changed", changed({"c": chain}, "c.1.passport_json.permissions.0.permission_key", "flights:cancel")["c"], "signature_invalid")
    tampered("a link's signature malformed", changed({"c": chain}, "c.2.signature", "AAAA")["c"], "signature_malformed")
    tampered("a link's signature empty", changed({"c": chain}, "c.2.signature", "")["c"], "invalid_envelope_shape")
    tampered("a link with an unknown member", changed({"c": chain}, "c.1.note", 1)["c"], "invalid_envelope_shape")
    tampered("a link's envelope with an unknown member", changed({"c": chain}, "c.1.passport_json.note", 1)["c"], "invalid_envelope_shape")
    tampered("root and first link swapped", [chain[1], chain[0], chain[2]], "delegation_chain_invalid_root")
    tampered("last two links swapped", [chain[0], chain[2], chain[1]], "signature_invalid")
    tampered("root cut off", chain[1:], "delegation_chain_invalid_root")
    tampered("middle link cut out", [chain[0], chain[2]], "signature_invalid")
    tampered("empty chain", [], "delegation_chain_invalid_root")
    add("last link cut off", (changed(leaf, where, chain[:2]), signature), "signature_invalid")
    add("no chain", (changed(leaf, where, None), signature), "delegation_chain_invalid_root")
    add("leaf signed by its own key", (leaf, sign(leaf, "agent3")), "signature_invalid")
    add("leaf signed by the root's key", (leaf, sign(leaf, "root")), "signature_invalid")

    # Grafts: every signature is good, because the other root has the same key.
    other_root = envelope("root", authority=True, passport_id=f"pp_self_{hex_id('second root')}")
    grafted = [link(other_root, "root"), *chain[1:]]
    add("another root of the same key grafted above", resigned(leaf, where, grafted, "agent2"), "delegation_chain_invalid_root", "chain")
    renamed = changed(changed(leaf, where, grafted), "provenance.issuer.id", "delegate:" + other_root["passport_id"])
    add("grafted root, named by the leaf", (renamed, sign(renamed, "agent2")), "delegation_chain_invalid_root", "chain")
    richer = envelope("root", authority=True, permissions=[grant(), grant("flights:cancel")])
    add("another root of the same key and id grafted above", resigned(leaf, where, [link(richer, "root"), *chain[1:]], "agent2"), "delegation_chain_invalid_root", "chain")
    short = delegated("agent2", chain[:1], authority=True)
    skipping = delegated("agent3", [*chain[:2], link(short, "agent1")])
    add("a link whose own chain leaves one out", (skipping, sign(skipping, "agent2")), "delegation_chain_invalid_root", "chain")
    stripped = delegated("agent1", [link(envelope("root", authority=True), "root")], authority=True)
    stripped["provenance"]["delegation_chain"] = None
    shallow = [chain[0], link(stripped, "root")]
    below = delegated("agent2", shallow)
    add("a link that carries no chain of its own", (below, sign(below, "agent1")), "delegation_chain_invalid_root", "chain")
    add("leaf names another root", resigned(leaf, "provenance.issuer.id", "delegate:pp_self_other", "agent2"), "delegation_chain_invalid_root", "chain")
    add("leaf below a chain says that it is self-issued", resigned(leaf, "provenance.issuer.type", "self", "agent2"), "delegation_chain_invalid_root", "chain")
    foreign = {"type": "delegate", "id": "delegate:pp_self_other", "key_id": "self"}
    add("a link names another root", chain_of(2, levels={1: {"issuer": foreign}}), "delegation_chain_invalid_root", "chain")
    add("a leaf below a self-issued root names a gate", chain_of(2, levels={2: {"gate_id": "gate_vectors"}}), "delegation_chain_invalid_root", "pin")
    add("a leaf below a self-issued root pins a catalog", chain_of(1, levels={1: {"catalog": (1, "ab" * 32)}}), "delegation_chain_invalid_root", "pin")
    unusable, unusable_signature = resigned(leaf, "identity.public_key", "AAAA", "agent2")
    add("a leaf without a usable key of its own", (unusable, unusable_signature), "public_key_malformed", "holder_key")

    for index, label in ((0, "root"), (1, "middle link"), (2, "last link")):
        add(f"{label} without delegation authority", chain_of(3, levels={index: {"authority": False}}), "delegation_authority_missing")
    add("six links", chain_of(6), "delegation_chain_too_deep")
    add("six links, leaf not signed", (chain_of(6)[0], ""), "delegation_chain_too_deep")

    late = "2026-05-22T00:00:00.001Z"
    add("leaf expires 1 ms later", chain_of(1, levels={1: {"expires_at": late}}), "expiry_extension_in_chain")
    add("link expires 1 ms later", chain_of(3, levels={1: {"expires_at": late}}), "expiry_extension_in_chain")
    add("leaf outlives a link that is shorter than the root", chain_of(2, levels={1: {"expires_at": "2026-05-10T00:00:00.000Z"}, 2: {"expires_at": EXPIRES_AT}}), "expiry_extension_in_chain")
    add("leaf wider and later: the grant is looked at first", chain_of(1, levels={1: {"expires_at": late, "permissions": [grant("flights:cancel")]}}), "permission_elevation_in_chain")
    add("first pair later, second pair wider: the first pair decides", chain_of(2, levels={1: {"expires_at": late}, 2: {"permissions": [grant("flights:cancel")]}}), "expiry_extension_in_chain")
    gone = chain_of(1, levels={1: {"expires_at": "2026-04-30T23:59:59.999Z"}})
    add("leaf expired while its chain is in force", gone, "passport_expired", "time")

    def wider(name: str, above: list[Json], under: list[Json], difference: Optional[str] = None) -> None:
        reason = "permission_elevation_in_chain"
        add(f"leaf: {name}", chain_of(1, levels={0: {"permissions": above}, 1: {"permissions": under}}), reason, difference)
        levels = {0: {"permissions": above}, 1: {"permissions": under}, 2: {"permissions": []}}
        add(f"link: {name}", chain_of(2, levels=levels), reason, difference)

    wider("another permission", [grant()], [grant(), grant("flights:cancel")])
    wider("a permission out of nothing", [], [grant()])
    wider("one permission of a granted pattern", [grant("flights:*")], [grant("flights:book")])
    wider("the pattern of a granted permission", [grant("flights:book")], [grant("flights:*")])
    wider("a permission in another case", [grant("flights:book")], [grant("Flights:book")])
    for name in ("max_per_action_cost", "max_daily_cost", "max_total_cost", "rate_limit_per_minute", "rate_limit_per_hour"):
        wider(f"{name} raised", [grant(**{name: 100})], [grant(**{name: 101})])
        wider(f"{name} added", [grant()], [grant(**{name: 1})])
    wider("a limit that is text", [grant(max_daily_cost=100)], [grant(max_daily_cost="50")])
    wider("a limit that is true", [grant(max_daily_cost=100)], [grant(max_daily_cost=True)])
    wider("a limit that is null", [grant(max_daily_cost=100)], [grant(max_daily_cost=None)])
    wider("equal limits that are text", [grant(max_daily_cost="50")], [grant(max_daily_cost="50")])
    for name in ("allowed_domains", "allowed_paths", "allowed_models"):
        wider(f"{name} gains an entry", [grant(**{name: ["a", "b"]})], [grant(**{name: ["a", "c"]})])
        wider(f"{name} as text", [grant(**{name: ["a", "b"]})], [grant(**{name: "a"})])
        wider(f"{name} added", [grant()], [grant(**{name: []})])
    wider("operating_hours narrower", [grant(operating_hours={"start": "09:00", "end": "17:00"})], [grant(operating_hours={"start": "10:00", "end": "16:00"})])
    wider("an unknown constraint changed", [grant(depth=[1, {"a": 2}])], [grant(depth=[1, {"a": 3}])])
    wider("an unknown constraint added", [grant()], [grant(depth=1)])
    wider("a core constraint lowered", [grant(**{"core:cost:max_per_action": 100})], [grant(**{"core:cost:max_per_action": 50})])
    wider("a core constraint added", [grant()], [grant(**{"core:cost:max_per_action": 50})])
    wider("true where 1 was", [grant(depth=1)], [grant(depth=True)], "json_equality")
    wider("within one of two entries for the same permission", [grant(max_daily_cost=10), grant(max_daily_cost=100)], [grant(max_daily_cost=50)], "repeated_permission")
    cases.append(case("inherited by the link, added again by the leaf", *chain_of(2, levels={0: {"permissions": [grant(max_daily_cost=100)]}, 1: {"permissions": [grant()]}, 2: {"permissions": [grant(max_daily_cost=50)]}}), "permission_elevation_in_chain"))
    return cases


def key_cases() -> list[Case]:
    root = gate_root()
    cases = [
        case("gate-issued, no keys given", root, sign(root, "gate"), "signature_key_unavailable"),
        case("gate-issued, no keys given, signature malformed", root, "", "signature_key_unavailable"),
        case("chain below a gate, no keys given", *chain_of(2, root=gate_root(authority=True), root_signer="gate"), "signature_key_unavailable"),
    ]
    platform = gate_root(issuer={"type": "platform", "id": "iss_vectors01", "key_id": "sk_issuer000001"}, gate_id=None, catalog=(None, None))
    cases.append(case("issuer-issued, no keys given", platform, sign(platform, "issuer"), "signature_key_unavailable"))
    cases.append(case("issuer-issued, only the gate's keys given", platform, sign(platform, "issuer"), "signature_key_unavailable", keys=True))

    def gate(name: str, key_id: str, signer: str, reason: str, gate_id: str = "gate_vectors") -> None:
        issued = gate_root(issuer={"type": "gate", "id": gate_id, "key_id": key_id})
        difference = None if reason == "signature_key_unavailable" else "keys"
        cases.append(case(name, issued, sign(issued, signer), reason, keys=True, difference=difference))

    gate("gate-issued under an unknown key id", "sk_gate00000009", "gate", "signature_key_unavailable")
    gate("gate-issued under a compromised key", "sk_gate0000000x", "lost gate", "signature_key_unavailable")
    gate("issued by another gate under a known key id", "sk_gate00000001", "gate", "signature_key_unavailable", "gate_other")
    gate("signed by the compromised key under the active one's id", "sk_gate00000001", "lost gate", "signature_invalid")
    gate("signed by the passport's own key", "sk_gate00000001", "root", "signature_invalid")
    expired = gate_root(expires_at="2026-04-30T23:59:59.999Z")
    cases.append(case("gate-issued and expired", expired, sign(expired, "gate"), "passport_expired", keys=True, difference="keys"))

    def below_gate(name: str, reason: str, **level: Any) -> None:
        built = chain_of(1, root=gate_root(authority=True), root_signer="gate", levels={1: level})
        cases.append(case(name, *built, reason, keys=True, difference="keys"))

    below_gate("below a gate, without its id", "delegation_chain_invalid_root", gate_id=None)
    below_gate("below a gate, with another's id", "delegation_chain_invalid_root", gate_id="gate_other")
    below_gate("below a gate, pinned to another version", "delegation_chain_invalid_root", catalog=(2, gate_root()["provenance"]["catalog_content_hash"]))
    below_gate("below a gate, pinned to another hash", "delegation_chain_invalid_root", catalog=(3, "ab" * 32))
    below_gate("below a gate, without the catalog pin", "delegation_chain_invalid_root", catalog=(None, None))
    below_gate("below a gate, wider", "permission_elevation_in_chain", permissions=[grant("flights:cancel")])
    return cases


def good_chains() -> list[Case]:
    cases: list[Case] = []

    def good(name: str, built: tuple[Json, str], tier: str, *, now_ms: int = NOW_MS, keys: bool = False) -> None:
        passport_json = text(built[0])
        verdict = python_verdict(passport_json, built[1])
        assert verdict == ("signature_key_unavailable" if keys else "valid"), (name, verdict)
        made: Case = {"name": name, "passport_json": passport_json, "signature": built[1], "now_ms": now_ms}
        if keys:
            made["keys"] = True
        cases.append({**made, "expect": {"tier": tier, "links": len(built[0]["provenance"]["delegation_chain"] or [])}, "python": verdict})

    for depth in range(6):
        good(f"{depth} links" if depth else "self-issued", chain_of(depth), "L0")
    good("issued 60 s ahead", chain_of(2), "L0", now_ms=ISSUE_MS - 60_000)
    good("in its last millisecond", chain_of(2), "L0", now_ms=EXPIRY_MS - 1)
    good("no agent_name, no permissions", chain_of(0, root=envelope("root", agent_name=None, permissions=[])), "L0")
    odd = [grant("a", **{"größe": "€ 𝄞 \u2028", "\n": [0.1, 1e-7, 333333333.3333333, 5e-324], "10": 1, "9": -0.0})]
    good("names that sort and escape unlike ASCII", chain_of(2, levels={n: {"permissions": odd} for n in range(3)}), "L0")
    steps = [
        {"permissions": [grant(max_daily_cost=900, allowed_domains=["a", "b", "c"], operating_hours="x"), grant("b")]},
        {"permissions": [grant(max_daily_cost=900, allowed_domains=["c", "a"], operating_hours="x")]},
        {"permissions": [grant(max_daily_cost=1.5, allowed_domains=["a"])], "expires_at": "2026-05-20T00:00:00.000Z"},
        {"permissions": [grant(allowed_domains=[])], "expires_at": "2026-05-19T23:59:59.999Z"},
    ]
    good("tighter at every step", chain_of(3, levels=dict(enumerate(steps))), "L0")
    core = {n: {"permissions": [grant(**{"core:cost:max_per_action": 100})]} for n in range(3)}
    good("core constraints equal at every step", chain_of(2, levels=core), "L0")
    good("gate-issued", (gate_root(), sign(gate_root(), "gate")), "L2", keys=True)
    old = gate_root(issuer={"type": "gate", "id": "gate_vectors", "key_id": "sk_gate00000000"})
    good("gate-issued under a retired key", (old, sign(old, "old gate")), "L2", keys=True)
    for depth in (1, 5):
        good(f"{depth} links below a gate", chain_of(depth, root=gate_root(authority=True), root_signer="gate"), "L2", keys=True)
    return cases


def size_cases() -> list[Case]:
    """The padding is left out of the file: `@PAD@` stands for `pad.count` times `pad.char`."""
    cases: list[Case] = []

    def sized(name: str, build: Callable[[str], tuple[Json, str]], char: str, size: int, own: Callable[[Json], Json], reason: str) -> None:
        def own_bytes(count: int) -> int:
            stripped = copy.deepcopy(own(build(char * count)[0]))
            stripped["provenance"]["delegation_chain"] = None
            return len(text(stripped).encode())

        width = len(char.encode())
        count = (size - own_bytes(0)) // width
        if own_bytes(count) != size:
            raise AssertionError((name, own_bytes(count), size))
        built, signature = build(char * count)
        verdict = python_verdict(text(built), signature)
        assert verdict == reason, (name, verdict)
        passport_json = text(built).replace(char * count, PAD)
        cases.append({"name": name, "passport_json": passport_json, "pad": {"char": char, "count": count}, "signature": signature, "now_ms": NOW_MS, "expect": reason, "python": verdict})

    def single(pad: str, name: str = "root@agents.example") -> tuple[Json, str]:
        made = envelope("root", agent_name=name, evidence=[pad])
        return made, sign(made, "root")

    for size, reason in ((65_536, "valid"), (65_537, "envelope_too_large")):
        sized(f"{size} bytes", single, "x", size, lambda made: made, reason)
        sized(f"leaf of {size} bytes", lambda pad: chain_of(2, levels={2: {"evidence": [pad]}}), "x", size, lambda made: made, reason)
        sized(f"link of {size} bytes", lambda pad: chain_of(2, levels={1: {"evidence": [pad]}}), "x", size, lambda made: made["provenance"]["delegation_chain"][1]["passport_json"], reason)
    for size, reason in ((65_536, "valid"), (65_539, "envelope_too_large")):
        spare = (size - len(text(single("")[0]).encode())) % 3
        sized(f"{size} bytes in characters of three", lambda pad: single(pad, "root@agents.example" + "-" * spare), "€", size, lambda made: made, reason)
    return cases


def write(name: str, note: str, cases: list[Case], **more: Any) -> None:
    names = [made["name"] for made in cases]
    assert len(names) == len(set(names)), [name for name in names if names.count(name) > 1]
    body = {"note": note, "source": "tests/python/make_passport_vectors.py with modei-python 1.1.0a1", **more, "cases": cases}
    (FOLDER / name).write_text(json.dumps(body, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")
    print(f"{name}: {len(cases)} cases")


if __name__ == "__main__":
    write("chains.json", "Passports that verify, with the exact signed text.", good_chains(), keys=GATE_KEYS)
    write(
        "refusals.json",
        "Passports that do not verify, and the first reason. `keys: true` gives the verifier the keys of this file.",
        single_cases() + shape_cases() + chain_cases() + key_cases(),
        keys=GATE_KEYS,
    )
    write("size-limit.json", "`@PAD@` in a text stands for `pad.char`, `pad.count` times.", size_cases())
