"""Faults on purpose: the address that says what goes wrong, and the gate that does it."""

from __future__ import annotations

from fastapi import FastAPI

from ... import contract
from ..asking import Ask, route
from ..faults import FaultGate
from ..parts import Parts


def add(app: FastAPI, parts: Parts) -> None:
    """``/v1/faults``, and the gate around everything; only where the server end was started with faults."""
    faults = parts.faults
    if faults is None:
        return
    app.add_middleware(FaultGate, faults=faults)

    @route(app, parts, "POST /v1/faults", needs="account.create")
    async def set_fault(ask: Ask[contract.FaultRequest]) -> None:
        """What goes wrong from now on."""
        faults.set(ask.body)
