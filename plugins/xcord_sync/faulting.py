"""``directory.fault``: has a server end that was started with ``--faults`` do something wrong, for tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from xcord import Asker, CommandError, Handle, ServerFault

from . import contract

if TYPE_CHECKING:
    from .client import Client


def claim_fault(hub: Handle, client: Callable[[], Client]) -> None:
    """Claims the command. It refuses with ``faults_off`` unless the plugin faults is on, and with
    ``server_faults_off`` where the server end was started without."""

    async def fault(args: ServerFault, asker: Asker) -> None:
        if hub.read("faults") is None:
            raise CommandError("faults_off", "faults are made only while the plugin faults is on")
        wanted = contract.FaultRequest(
            kind=args.kind, status=args.status, milliseconds=args.milliseconds, seconds=args.seconds
        )
        try:
            await client().do("POST", "/v1/faults", wanted)
        except CommandError as error:
            if error.code in ("not_found", "method_not_allowed"):
                raise CommandError(
                    "server_faults_off", "the server end was started without --faults"
                ) from None
            raise

    hub.command("directory.fault", ServerFault, fault)
