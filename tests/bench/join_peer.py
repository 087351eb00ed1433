"""The peer of the bench ``join``: one FastAPI endpoint, one indexed SELECT, one signed JWT, nothing else."""

from __future__ import annotations

import hashlib
import json
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import jwt
import uvicorn
from fastapi import FastAPI, Request, Response

asyncpg: Any = import_module("asyncpg")  # has no types

SELECT = "SELECT user_id FROM login_tokens WHERE token_hash = $1"


def make_app(sockets: str) -> FastAPI:
    """The endpoint on the PostgreSQL whose socket is in that folder."""
    pools: list[Any] = []

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(host=sockets, user="xcord", database="postgres", max_size=20) as pool:
            pools.append(pool)
            yield

    app = FastAPI(lifespan=life)

    @app.post("/join")
    async def join(request: Request) -> Response:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        user = await pools[0].fetchval(SELECT, hashlib.sha256(token.encode()).digest())
        assert user is not None
        signed = jwt.encode({"sub": str(user), "exp": time.time() + 600}, "s" * 40, algorithm="HS256")
        return Response(json.dumps({"token": signed}), media_type="application/json")

    return app


def serve(sockets: str) -> None:
    """Prints its port, serves until it is ended; uvicorn's settings are those of ``xcord serve``."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(512)
        print(listening.getsockname()[1], flush=True)
        config = uvicorn.Config(
            make_app(sockets), access_log=False, log_config=None, proxy_headers=False, server_header=False,
            timeout_keep_alive=30,
        )  # fmt: skip
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    serve(sys.argv[1])
