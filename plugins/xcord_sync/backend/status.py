"""``xcord serve status``: what runs on a data folder, whether it works, and its counters."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from .errors import CannotServe
from .inforce import Running, is_held, keys_from, told_by
from .rotation import uses
from .secrets import wait_left

PATIENCE = 5.0


def status(environment: Mapping[str, str], data: Path) -> dict[str, Any]:
    """All that can be said, for ``--json``. ``state``: ready, degraded (no calls), failing, starting or
    stopped."""
    running = told_by(data)
    if running is None:
        state = "starting" if is_held(data / "serve.lock") else "stopped"
        return {"state": state, "data": str(data)}
    found: dict[str, Any] = {
        "state": "failing",
        "data": str(data),
        "pid": running.pid,
        "address": running.address,
        "livekit": running.livekit,
        "embedded": {"livekit": running.embedded_livekit, "postgres": running.embedded_postgres},
    }
    found["keys"] = _keys(environment, data, running)
    with httpx.Client(base_url=running.address, timeout=PATIENCE, trust_env=False) as http:
        try:
            about, ready = http.get("/v1/about"), http.get("/readyz")
            token = {"Authorization": f"Bearer {running.metrics_token}"}
            metrics = http.get("/metrics", headers=token)
        except httpx.HTTPError as error:
            return found | {"error": type(error).__name__}
    if about.status_code == 200:
        found["version"] = about.json()["version"]
    if ready.status_code == 200:
        found["state"] = "ready" if ready.json()["calls"] == "ok" else "degraded"
    if metrics.status_code == 200:
        found["counters"] = counters(metrics.text)
    return found


def counters(text: str) -> dict[str, float]:
    """Our own figures of a Prometheus page, by name and labels."""
    found = {}
    for line in text.splitlines():
        name, _, value = line.rpartition(" ")
        if name.startswith("xcord_"):
            try:
                found[name] = float(value)
            except ValueError:
                continue
    return found


def lines(found: dict[str, Any]) -> list[str]:
    """The same for people."""
    words = {
        "ready": "It runs and works.",
        "degraded": "It runs; calls do not work, for the SFU does not answer.",
        "failing": "It runs and does not work; its log says why.",
        "starting": "It is starting.",
        "stopped": "It does not run.",
    }
    said = [words[found["state"]], f"data      {found['data']}"]
    if "pid" not in found:
        return said
    inner = [name for name, is_ours in found["embedded"].items() if is_ours]
    said += [
        f"address   {found['address']} (process {found['pid']}, version {found.get('version', '?')})",
        f"calls at  {found['livekit']}",
        f"embedded  {', '.join(inner) or 'nothing'}",
        *(f"key       {each['key']}: {each['use']}" for each in found["keys"]["pairs"]),
    ]
    if found["keys"]["retire_in"]:
        said.append(f"          the old one may go in {found['keys']['retire_in'] / 60:.0f} min")
    if not found["keys"]["in_force"]:
        said.append("          the file says otherwise; it was not taken (yet)")
    said += [f"{name} {value:g}" for name, value in found.get("counters", {}).items()]
    return said


def _keys(environment: Mapping[str, str], data: Path, running: Running) -> dict[str, Any]:
    outside = {} if running.embedded_livekit else {"LIVEKIT_URL": running.livekit}
    try:
        keys, _ = keys_from({**environment, **outside}, data)
    except CannotServe:  # they are in the environment of the server end alone
        return {"pairs": [], "in_force": True, "retire_in": 0}
    return {
        "pairs": [{"key": pair.key, "use": use} for pair, use in uses(keys)],
        "in_force": keys.mark == running.keys,
        "retire_in": round(wait_left(keys, time.time(), running.join_ttl)),
    }
