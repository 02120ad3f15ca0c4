"""The asynchronous example of modei-python's own README, against this server: each gate and its passports.

    MODEI_API_KEY=mod_live_… python quickstart_async.py
"""

import asyncio
import os

from modei import AsyncModeiClient


async def main() -> None:
    async with AsyncModeiClient(
        api_key=os.environ["MODEI_API_KEY"],
        base_url=os.environ.get("MODEI_API_URL", "http://localhost:3000"),
    ) as client:
        gates = await client.list_gates()
        for gate in gates:
            passports = await client.list_passports(gate["gate_id"])
            print(f"{gate['name']}: {len(passports)} passports")


asyncio.run(main())
