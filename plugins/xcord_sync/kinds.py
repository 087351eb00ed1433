"""What a field of the contract may hold."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

# Python's ``$`` also matches before a newline at the end; ``_END`` means the same to it and to JSON Schema.
_END = r"$(?!\n)"
_PRINTABLE = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*" + _END
LONGEST_INVITE = 30 * 24 * 3600  # seconds

Role = Literal["owner", "moderator", "member"]
Registration = Literal["open", "invite", "closed"]
LoginName = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9._-]{0,31}" + _END, max_length=32)]
DisplayName = Annotated[str, Meta(pattern=_PRINTABLE, max_length=64)]
PlaceName = Annotated[str, Meta(pattern=_PRINTABLE, max_length=64)]
Device = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{1,64}" + _END, max_length=64)]
NewPassword = Annotated[str, Meta(min_length=8, max_length=1024)]
Password = Annotated[str, Meta(min_length=1, max_length=1024)]
Code = Annotated[str, Meta(pattern="^[A-Za-z0-9]{4,32}" + _END, max_length=32)]
UserLimit = Annotated[int, Meta(ge=0, le=1000)]
Position = Annotated[int, Meta(ge=0, le=1000)]
Lasting = Annotated[int, Meta(ge=60, le=LONGEST_INVITE)]
Uses = Annotated[int, Meta(ge=1, le=100_000)]
