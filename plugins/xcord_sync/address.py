"""The server end's address and invites as a person types them. Pure.

An invite travels as its code or as ``xcord://join/<host>/<code>``, with ``?http`` where a server end of the
local network is reached without TLS.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from xcord import CommandError

_CODE = re.compile(r"[A-Za-z0-9]{4,32}", re.ASCII)
_LINK = re.compile(
    r"xcord://join/(?P<host>[^/?#\s]{1,300})/(?P<code>[A-Za-z0-9]{4,32})/?(?P<plain>\?http)?", re.ASCII
)


def tidy(address: str) -> str:
    """``scheme://host[:port]``. Without a scheme: http for this machine, https for any other.

    :raises CommandError: ``bad_address``, or ``insecure_address``: the password would cross the internet
        in clear.
    """
    text = address.strip()
    named = "://" in text
    try:
        parts = urlsplit(text if named else f"//{text}")
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise _bad() from None
    scheme = parts.scheme if named else "http" if is_loopback(host) else "https"
    if (
        scheme not in ("http", "https")
        or not host
        or len(text) > 512
        or parts.username is not None
        or parts.password is not None
        or parts.path not in ("", "/")
        or parts.query
        or parts.fragment
        or not all(letter.isprintable() and not letter.isspace() for letter in host)
    ):
        raise _bad()
    if scheme == "http" and not is_near(host):
        raise CommandError("insecure_address", "plain http is for this machine and the local network")
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" + (f":{port}" if port is not None else "")


def invite_link(address: str, code: str) -> str:
    """The link that carries an invite; ``address`` is tidy."""
    scheme, _, host = address.partition("://")
    plain = scheme == "http" and not is_loopback(urlsplit(address).hostname or "")
    return f"xcord://join/{host}/{code}" + ("?http" if plain else "")


def read_invite(text: str) -> tuple[str, str]:
    """The tidy address (empty in a bare code) and the code of an invite.

    :raises CommandError: ``bad_invite``, ``bad_address``, ``insecure_address``.
    """
    text = text.strip()
    address = ""
    if "/" in text:
        found = _LINK.fullmatch(text)
        if found is None:
            raise CommandError("bad_invite", "that is no invite")
        host, text = found["host"], found["code"]
        address = tidy(f"http://{host}" if found["plain"] else host)
    if not _CODE.fullmatch(text):
        raise CommandError("bad_invite", "that is no invite")
    return address, text


def is_loopback(host: str) -> bool:
    """Whether the name means this very machine."""
    return host == "localhost" or host.endswith(".localhost") or _matches(host, "is_loopback")


def is_near(host: str) -> bool:
    """Whether the name means this machine or one of the local network."""
    local_name = not _is_number(host) and ("." not in host or host.endswith((".local", ".lan", ".home.arpa")))
    return is_loopback(host) or local_name or _matches(host, "is_private")


def _matches(host: str, quality: str) -> bool:
    try:
        return bool(getattr(ipaddress.ip_address(host.partition("%")[0]), quality))
    except ValueError:
        return False


def _is_number(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def _bad() -> CommandError:
    return CommandError("bad_address", "that is no address of a server, such as https://voice.example.org")
