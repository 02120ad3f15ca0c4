"""The published package's two clients behind one face, so that a test is written once and runs against both."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from modei import AsyncModeiClient, ModeiClient

from modei_server import Server

FORMS = ("sync", "async")


class Blocking:
    """`AsyncModeiClient` with each call run to its end."""

    def __init__(self, client: AsyncModeiClient, loop: asyncio.AbstractEventLoop) -> None:
        self._client = client
        self._loop = loop

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._client, name)
        return lambda *args, **kwargs: self._loop.run_until_complete(call(*args, **kwargs))


@contextmanager
def client_of(form: str, server: Server, api_key: str | None = None) -> Iterator[Any]:
    """A client in one of the two forms, with the server's first key unless another is given."""
    key = server.api_key if api_key is None else api_key
    if form == "sync":
        with ModeiClient(key, base_url=server.url) as client:
            yield client
        return
    loop = asyncio.new_event_loop()
    client = Blocking(AsyncModeiClient(key, base_url=server.url), loop)
    try:
        yield client
    finally:
        client.close()
        loop.close()
