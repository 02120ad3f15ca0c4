"""Passports and credentials that one side makes are the other side's, byte for byte, and so are the verdicts.

    python tests/python/test_passport_interchange.py

Needs modei-python 1.1.0a1, and Node 24 as `MODEI_NODE` (or `node`).
"""

from __future__ import annotations

import copy
import json
import math
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from make_passport_vectors import python_verdict  # noqa: E402
from modei.passport import (  # noqa: E402
    AgentCredentials,
    DelegationBuilder,
    PassportIssuer,
    PassportVerifier,
    TrustTier,
    canonicalize_strict,
)
from passport_fixtures import NOW_MS, chain_of, envelope, grant, seed, sign  # noqa: E402
from passport_peer import Peer  # noqa: E402

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "passports"
PERMISSIONS = [
    {"permission_key": "flights:book", "constraints": {"max_per_action_cost": 500, "allowed_domains": ["a.example", "ü.example"]}},
    {"permission_key": "flights:*", "constraints": {"core:rate:max_per_minute": 10, "note": {"z": [1.5, None], "€": True}}},
]
NAMES = ["root@dev.example", None, "Zoë 𝄞", 'quo"te\\', "tab\t", "last"]


class RandomJson:
    """JSON values with what encoders disagree about: numbers at every scale, odd keys, escapes, astral characters."""

    def __init__(self, number: int) -> None:
        self.random = random.Random(number)

    def text(self) -> str:
        pool = "abcXYZ019 \"\\/\b\f\n\r\t\x00\x1f\x7f\u0080\u00e9\u20ac\u2028\ud7ff\ue000\ufb33\uffff\U00010000\U0001d11e\U0010ffff"
        return "".join(self.random.choice(pool) for _ in range(self.random.randrange(8)))

    def number(self) -> Any:
        kind = self.random.randrange(5)
        if kind == 0:
            return self.random.randint(-1000, 1000)
        if kind == 1:
            return self.random.choice([-0.0, 0.1, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 2**53, 2**53 - 1, -(2**53), 1e16, 123456789012345680000.0])
        if kind == 2:
            return round(self.random.uniform(-1e6, 1e6), self.random.randrange(6))
        while True:
            value: float = struct.unpack(">d", self.random.randbytes(8))[0]
            if math.isfinite(value):
                return value

    def value(self, depth: int = 4) -> Any:
        kind = self.random.randrange(7 if depth > 0 else 5)
        if kind <= 1:
            return self.number()
        if kind <= 3:
            return self.text()
        if kind == 4:
            return self.random.choice([None, True, False])
        if kind == 5:
            return [self.value(depth - 1) for _ in range(self.random.randrange(4))]
        return {self.text(): self.value(depth - 1) for _ in range(self.random.randrange(5))}

    def envelope(self) -> dict[str, Any]:
        permissions = [
            {"permission_key": self.text(), "constraints": {self.text(): self.value(2) for _ in range(self.random.randrange(4))}}
            for _ in range(self.random.randrange(4))
        ]
        return envelope(
            "root",
            agent_name=self.random.choice([None, self.text()]),
            permissions=permissions,
            catalog=(self.random.choice([None, self.random.randrange(100)]), self.random.choice([None, self.text()])),
            gate_id=self.random.choice([None, self.text()]),
            authority=self.random.choice([True, False]),
            evidence=[self.value(2) for _ in range(self.random.randrange(3))],
        )


class Interchange(unittest.TestCase):
    peer: Peer

    @classmethod
    def setUpClass(cls) -> None:
        cls.peer = Peer()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.peer.close()

    def verdict(self, given: Any, signature: Any, now_ms: int = NOW_MS) -> str:
        answer = self.peer.ask("verify", input=given, signature=signature, now_ms=now_ms)
        self.assertNotIn("error", answer)
        return str(answer["verdict"])

    def test_values_have_the_same_canonical_bytes(self) -> None:
        for number in range(500):
            value = RandomJson(number).value()
            answer = self.peer.ask("canonical", json=json.dumps(value))
            self.assertEqual(answer.get("hex"), canonicalize_strict(value).hex(), (number, answer))

    def test_envelopes_have_the_same_canonical_bytes_and_verify(self) -> None:
        for number in range(500):
            made = RandomJson(1_000_000 + number).envelope()
            text = canonicalize_strict(made)
            answer = self.peer.ask("canonical", json=json.dumps(made))
            self.assertEqual(answer.get("hex"), text.hex(), (number, answer))
            self.assertEqual(self.verdict(made, sign(made, "root")), "valid", number)

    def test_chains_made_in_python_verify_in_typescript(self) -> None:
        now_ms = int(time.time() * 1000)
        holders = [AgentCredentials.generate() for _ in range(6)]
        passport = PassportIssuer(holders[0], identity_claim=NAMES[0]).self_issue(
            permissions=PERMISSIONS, expires_in=timedelta(days=30), delegation_authority=True
        )
        for depth in range(6):
            if depth > 0:
                passport = (
                    DelegationBuilder(parent=passport, parent_credentials=holders[depth - 1])
                    .authorize(child_credentials=holders[depth])
                    .with_permissions(PERMISSIONS)
                    .with_expiry(expires_in=timedelta(days=7))
                    .with_identity_claim(NAMES[depth])
                    .with_delegation_authority(True)
                    .sign()
                )
            dumped = passport.envelope.model_dump(mode="json")
            text = canonicalize_strict(dumped).decode()
            for given in (text, dumped):
                answer = self.peer.ask("verify", input=given, signature=passport.signature, now_ms=now_ms)
                self.assertEqual((answer["verdict"], answer.get("tier")), ("valid", "L0"), answer)
            canonical = self.peer.ask("canonical", json=json.dumps(dumped))
            self.assertEqual(canonical["hex"], text.encode().hex())

    def test_chains_made_in_typescript_verify_in_python(self) -> None:
        seeds = [seed(f"interchange {level}").hex() for level in range(6)]
        for depth in range(6):
            answer = self.peer.ask("chain", seeds=seeds[: depth + 1], permissions=PERMISSIONS, agent_names=NAMES)
            text, signature = answer["passport_json"], answer["signature"]
            value = json.loads(text)
            result = PassportVerifier().verify(value, signature)
            self.assertTrue(result.valid, result)
            self.assertEqual(result.tier, TrustTier.L0)
            self.assertEqual(canonicalize_strict(value), text.encode())
            self.assertEqual(len(value["provenance"]["delegation_chain"] or []), depth)

    def test_the_vectors_have_the_verdicts_that_they_say_on_both_sides(self) -> None:
        for name in ("refusals.json", "chains.json"):
            body = json.loads((VECTORS / name).read_text("utf-8"))
            for made in body["cases"]:
                self.assertEqual(python_verdict(made["passport_json"], made["signature"]), made["python"], made["name"])
                if made.get("keys"):
                    continue
                expected = made["expect"] if isinstance(made["expect"], str) else "valid"
                found = self.verdict(made["passport_json"], made["signature"], made["now_ms"])
                self.assertEqual(found, expected, made["name"])
                if "difference" not in made:
                    self.assertEqual(found, made["python"], made["name"])

    def test_the_vectors_are_what_their_makers_write(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for maker in ("make_passport_vectors.py", "make_assertion_vectors.py"):
                command = [sys.executable, str(Path(__file__).resolve().parent / maker), folder]
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            written = sorted(os.listdir(folder))
            self.assertEqual(len(written), 6)
            for name in written:
                self.assertEqual((Path(folder) / name).read_bytes(), (VECTORS / name).read_bytes(), name)

    def test_passports_spoilt_at_random_are_refused_for_the_same_reason(self) -> None:
        chooser = random.Random(int(os.environ.get("MODEI_SPOIL_SEED", "7")))
        refused = 0
        for number in range(600):
            depth = chooser.randrange(4)
            leaf, signature = chain_of(depth, levels={level: {"permissions": [grant(max_daily_cost=100, allowed_domains=["a", "b"])]} for level in range(4)})
            signer = "root" if depth <= 1 else f"agent{depth - 1}"
            spoilt, path = spoil(leaf, chooser)
            if chooser.random() < 0.6:
                try:
                    signature = sign(spoilt, signer)
                except Exception:
                    continue
            ours, theirs = self.verdict(spoilt, signature), python_verdict(json.dumps(spoilt), signature)
            message = (number, path, ours, theirs)
            refused += ours != "valid"
            if ours == "valid":
                self.assertEqual(theirs, "valid", message)
            elif theirs == "valid" or theirs.startswith("raises"):
                # The deliberate differences: ours is the stricter one, and never raises.
                self.assertIn(ours, ("invalid_envelope_shape", "delegation_chain_invalid_root", "passport_expired", "permission_elevation_in_chain", "public_key_malformed"), message)
            elif ours != theirs:
                self.assertEqual(ours, "invalid_envelope_shape", message)
                self.assertIn(path[-1], ("issued_at", "expires_at", "delegation_authority", "catalog_version"), message)
        self.assertGreater(refused, 300)

    def test_credentials_are_read_and_written_alike(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for number in range(5):
                python_path, node_path = os.path.join(folder, f"python{number}.json"), os.path.join(folder, f"node{number}.json")
                made = AgentCredentials(private_key_seed=seed(f"credentials {number}"))
                made.save(python_path)
                loaded = self.peer.ask("load_credentials", path=python_path)
                self.assertEqual(loaded.get("agent_id"), made.agent_id, loaded)
                self.assertEqual(loaded["public_key"], made.public_key_b64)
                self.assertEqual(loaded["private_key_hex"], made.private_key_bytes.hex())
                self.assertEqual(loaded["created_at"], made.created_at)
                saved = self.peer.ask("save_credentials", path=node_path, seed=made.private_key_bytes.hex(), created_at=made.created_at)
                self.assertNotIn("error", saved)
                self.assertEqual(Path(node_path).read_bytes(), Path(python_path).read_bytes())
                back = AgentCredentials.load(node_path)
                self.assertEqual(back.private_key_bytes, made.private_key_bytes)
                self.assertEqual(back.created_at, made.created_at)

    def test_credentials_that_one_side_refuses_the_other_refuses(self) -> None:
        body = json.loads((VECTORS / "credentials.json").read_text("utf-8"))
        # The Python package takes a created_at of any type.
        lenient = {"created_at null"}
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "agent.json")
            for made in body["accepted"] + body["refused"]:
                Path(path).write_text(made["text"], "utf-8")
                os.chmod(path, 0o600)
                try:
                    theirs = AgentCredentials.load(path).agent_id
                except Exception:
                    theirs = None
                ours = self.peer.ask("load_credentials", path=path).get("agent_id")
                self.assertEqual(ours, made.get("agent_id"), made["name"])
                if made["name"] not in lenient:
                    self.assertEqual(ours, theirs, made["name"])


def spoil(value: dict[str, Any], chooser: random.Random) -> tuple[dict[str, Any], list[Any]]:
    """A copy in which one member, anywhere, is replaced, deleted, doubled or added; and where."""
    copied = copy.deepcopy(value)
    target: Any = copied
    path: list[Any] = []
    while True:
        keys = list(target) if isinstance(target, dict) else list(range(len(target)))
        if not keys:
            if isinstance(target, list):
                target.append(None)
            else:
                target["note"] = 1
            return copied, [*path, "note"]
        key = chooser.choice(keys)
        path.append(key)
        inner = target[key]
        if isinstance(inner, (dict, list)) and chooser.random() < 0.85:
            target = inner
            continue
        kind = chooser.randrange(4)
        if kind == 0:
            del target[key]
        elif kind == 1 and isinstance(target, list):
            target.append(copy.deepcopy(inner))
        elif kind == 2 and isinstance(target, dict):
            target[f"{key}2"] = inner
        else:
            target[key] = chooser.choice([None, "", "x", 0, 1, 7.5, True, False, [], {}, [inner], "2026-05-10T00:00:00.000Z", 101, ["a", "c"]])
        return copied, path


if __name__ == "__main__":
    unittest.main()
