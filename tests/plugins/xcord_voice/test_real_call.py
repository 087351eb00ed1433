"""The plugin in a real call: livekit-server on loopback, other people made with the SDK alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tests.parts import LiveKit
from tests.plugins.xcord_voice.callers import KeepingEngine, caller, level, tone_level

from xcord import Demand, Want


def connected(world: Any) -> Any:
    voice = world.read("voice")
    return voice if voice.status == "connected" else None


async def join(world: Any, livekit: LiveKit, identity: str = "me:desk", room: str = "r") -> None:
    await world.ask("voice.join", {"url": livekit.url, "token": livekit.token(identity, room)})
    await world.until(lambda: connected(world))


def person(world: Any, user: str) -> Any:
    return next((found for found in world.read("voice").people if found.user == user), None)


async def test_others_are_heard_seen_and_named(
    livekit: LiveKit, engine: KeepingEngine, real_voice: Callable[..., Any]
) -> None:
    async with caller(livekit, "ann:phone", metadata={"name": "Ann"}) as ann, real_voice() as world:
        await ann.speak(440)
        await ann.show(200)
        world.publish("demand", Demand((Want("ann", "camera", 320, 180),)))
        await join(world, livekit)
        await world.until(lambda: tone_level(engine.listened(0.5), 440) > -20)
        found = person(world, "ann")
        assert (found.name, found.present, found.camera) == ("Ann", True, True)
        key = ("ann", "camera", 0)
        frame = await world.until(lambda: world.shell.media.slots.newest([key]).get(key))
        assert (frame.width, frame.height) == (320, 180)
        assert abs(frame.data[0] - 200) < 12
        await world.until(lambda: "ann" in world.read("speaking").users)


async def test_my_voice_is_heard_and_muted_is_silent(
    livekit: LiveKit, engine: KeepingEngine, real_voice: Callable[..., Any]
) -> None:
    async with caller(livekit, "ann:phone") as ann, real_voice() as world:
        await join(world, livekit)
        await world.until(lambda: tone_level(ann.listened("me:desk", 0.5), 1000) > -20)
        assert world.read("voice").microphone == "on"
        await world.until(lambda: "me" in world.read("speaking").users)
        await world.ask("voice.mute", {"on": True})
        await world.until(lambda: ("me:desk", True) in ann.mutes)
        await asyncio.sleep(1.0)
        ann.heard.clear()
        await asyncio.sleep(1.0)
        assert level(ann.listened("me:desk", 1.0)) < -90
        assert "me" not in world.read("speaking").users
        await world.ask("voice.mute", {"on": False})
        await world.until(lambda: tone_level(ann.listened("me:desk", 0.5), 1000) > -20)
