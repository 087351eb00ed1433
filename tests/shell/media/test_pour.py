"""One message from many pieces, over a real socket."""

import asyncio

import pytest
from tests.waits import PATIENCE
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from xcord.media.pour import Spout, header


@pytest.mark.parametrize(
    ("length", "begins"),
    [
        (0, b"\x82\x00"),
        (125, b"\x82\x7d"),
        (126, b"\x82\x7e\x00\x7e"),
        (65535, b"\x82\x7e\xff\xff"),
        (65536, b"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_the_frame_header_is_as_the_standard_has_it(length: int, begins: bytes) -> None:
    assert header(length) == begins


@pytest.mark.parametrize("direct", [True, False])
async def test_pieces_arrive_as_whole_messages_in_order_also_when_the_kernel_takes_only_a_part(
    direct: bool,
) -> None:
    sizes = [10, 3_000_000, 200, 70_000, 5_000_000, 0, 1]

    async def serve_them(connection: ServerConnection) -> None:
        spout = Spout(connection)
        if not direct:
            spout.close()
            spout._socket = None
        for turn, size in enumerate(sizes):
            spout.pour([bytes([turn]), memoryview(bytes([turn]) * size), b"end"])
            await connection.send(str(turn))
        spout.close()
        spout.close()

    async with (
        serve(serve_them, "127.0.0.1", 0, compression=None) as server,
        asyncio.timeout(PATIENCE),
        connect(
            f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/", max_size=None, proxy=None
        ) as page,
    ):
        for turn, size in enumerate(sizes):
            message = await page.recv()
            assert message == bytes([turn]) * (size + 1) + b"end"
            assert await page.recv() == str(turn)


async def test_nothing_is_poured_into_a_connection_that_ended() -> None:
    poured = asyncio.Event()

    async def close_first(connection: ServerConnection) -> None:
        spout = Spout(connection)
        await connection.close()
        spout.pour([b"late"])
        spout.close()
        poured.set()

    async with serve(close_first, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        async with connect(f"ws://127.0.0.1:{port}/", proxy=None) as page, asyncio.timeout(PATIENCE):
            assert [message async for message in page] == []
            await poured.wait()
