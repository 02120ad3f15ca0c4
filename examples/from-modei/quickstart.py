"""The usage example of modei-python's own README, against this server. It expects a server without gates.

    MODEI_API_KEY=mod_live_… python quickstart.py
"""

import os

from modei import ModeiClient

client = ModeiClient(
    api_key=os.environ["MODEI_API_KEY"],
    base_url=os.environ.get("MODEI_API_URL", "http://localhost:3000"),
)

# List all gates
gates = client.list_gates()

# Create a gate
gate = client.create_gate(name="My API", gate_id="gate_my-api")

# Issue a passport
passport = client.issue_passport(
    "gate_my-api",
    agent_id="agent-001",
    permissions=["read", "write"],
    expires_in="7d",
)

# Check authorization
result = client.check_gate("gate_my-api", action="read", passport_id=passport["passport_id"])
print(result["allowed"])  # True

# Enforce with constraints
enforcement = client.enforce_action(
    passport_id=passport["passport_id"],
    action="write",
    cost_cents=500,
)
print(enforcement["decision"])  # "PERMIT"

client.close()
