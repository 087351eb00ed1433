"""What a person has done on the server end: the request that is made, and what is shown afterwards."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.plugins.xcord_sync.fake_server import TOKEN, FakeServer, faking
from tests.plugins.xcord_sync.test_keeper import refused, shown, signed_in

import xcord_sync
from xcord import (
    AcceptInvite,
    Ban,
    ChangePassword,
    CommandError,
    CreateChannel,
    CreateInvite,
    CreateServer,
    DeleteChannel,
    DeleteServer,
    EditChannel,
    LeaveServer,
    LookAfter,
    ModeratePerson,
    MovePerson,
    Nothing,
    PlaceChannel,
    Register,
    RemoveMember,
    RenameServer,
    RevokeInvite,
    SetAvatar,
    SetName,
    SetRole,
    Unban,
    Upkeep,
)
from xcord.testing import running
from xcord_sync import contract
from xcord_sync.address import invite_link, read_invite

SECRET = "the-new-password-of-this-test"
PNG = b"\x89PNG\r\n\x1a\n and so on"
CASES: list[tuple[str, Any, str, Any]] = [
    ("accept_invite", AcceptInvite(" abcd1234 "), "POST /v1/invites/accept", {"code": "abcd1234"}),
    ("create_server", CreateServer(" Den "), "POST /v1/servers", {"name": "Den"}),
    ("rename_server", RenameServer("s1", "Den"), "PATCH /v1/servers/s1", {"name": "Den"}),
    ("delete_server", DeleteServer("s1"), "DELETE /v1/servers/s1", None),
    ("create_channel", CreateChannel("s1", "A", 5), "POST /v1/servers/s1/channels",
     {"name": "A", "user_limit": 5}),
    ("edit_channel", EditChannel("c1", "B"), "PATCH /v1/channels/c1",
     {"name": "B", "user_limit": 0, "position": None}),
    ("place_channel", PlaceChannel("c1", 2), "PATCH /v1/channels/c1",
     {"name": None, "user_limit": None, "position": 2}),
    ("delete_channel", DeleteChannel("../x?y"), "DELETE /v1/channels/%2E%2E%2Fx%3Fy", None),
    ("kick", ModeratePerson("c1", "u2"), "POST /v1/channels/c1/people/u2/remove", None),
    ("mute", ModeratePerson("c1", "u2"), "POST /v1/channels/c1/people/u2/mute", {"source": "microphone"}),
    ("move", MovePerson("c1", "u2", "c2"), "POST /v1/channels/c1/people/u2/move", {"to": "c2"}),
    ("ban", Ban("s1", "u2"), "POST /v1/servers/s1/bans/u2", {"reason": ""}),
    ("unban", Unban("s1", "u2"), "DELETE /v1/servers/s1/bans/u2", None),
    ("remove_member", RemoveMember("s1", "u2"), "DELETE /v1/servers/s1/members/u2", None),
    ("set_role", SetRole("s1", "u2", "moderator"), "PATCH /v1/servers/s1/members/u2", {"role": "moderator"}),
    ("revoke_invite", RevokeInvite("s1", "abcd1234"), "POST /v1/servers/s1/invites/revoke",
     {"code": "abcd1234"}),
    ("set_avatar", SetAvatar(PNG), "PUT /v1/me/avatar", PNG),
    ("set_avatar", SetAvatar(), "DELETE /v1/me/avatar", None),
    ("set_name", SetName("Anna"), "PATCH /v1/me", {"name": "Anna"}),
    ("change_password", ChangePassword("old", SECRET), "POST /v1/me/password", {"old": "old", "new": SECRET}),
]  # fmt: skip


def ready(server: FakeServer) -> None:
    server.raw["/v1/invites/accept"] = (200, msgspec.json.encode(contract.ServerInfo(id="s2", name="Den")))


@pytest.mark.parametrize(("verb", "args", "request_line", "body"), CASES, ids=[case[0] for case in CASES])
async def test_each_makes_its_request_and_the_directory_is_looked_at(
    tmp_path: Path, verb: str, args: Any, request_line: str, body: Any
) -> None:
    async with faking() as server, signed_in(tmp_path, server) as world:
        ready(server)
        await world.until(lambda: server.asked.count("GET /v1/directory") == 2)
        server.asked.clear()
        server.bodies.clear()
        await world.ask(f"directory.{verb}", args)
        assert server.asked[:2] == [request_line, "GET /v1/directory"]
        assert server.bodies == ([] if body is None else [body])


@pytest.mark.parametrize(("verb", "args", "request_line", "body"), CASES, ids=[case[0] for case in CASES])
async def test_each_is_refused_in_the_words_of_the_server_end(
    tmp_path: Path, verb: str, args: Any, request_line: str, body: Any
) -> None:
    async with faking() as server, signed_in(tmp_path, server) as world:
        server.refuse[request_line.partition(" ")[2]] = "forbidden"
        before = shown(world)
        assert (await refused(world, f"directory.{verb}", args)).code == "forbidden"
        assert shown(world) == before
        await world.ask("directory.logout")
        assert (await refused(world, f"directory.{verb}", args)).code == "not_signed_in"


async def test_an_invite_is_shown_until_it_is_put_away(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(1)
    async with faking() as server, signed_in(tmp_path, server) as world:
        made = contract.InviteInfo(
            code="qrst7890", server="s1", created_by="u1", expires_at=99, uses_left=None
        )
        server.raw["/v1/servers/s1/invites"] = (200, msgspec.json.encode(made))
        await world.ask("directory.create_invite", CreateInvite("s1", hours=24))
        invite = shown(world).invite
        assert invite is not None
        assert server.bodies[-1] == {"lasts": 86400, "uses": None}
        assert (invite.server, invite.code, invite.expires_at, invite.uses) == ("s1", "qrst7890", 99, 0)
        assert invite.link == f"xcord://join/127.0.0.1:{server.port}/qrst7890"
        assert "qrst7890" not in caplog.text + repr(invite) + repr(shown(world))
        await world.ask("directory.put_invite_away")
        assert shown(world).invite is None


async def test_leaving_a_server_ends_my_own_membership(tmp_path: Path) -> None:
    async with faking() as server, signed_in(tmp_path, server) as world:
        await world.ask("directory.leave_server", LeaveServer("s1"))
        assert "DELETE /v1/servers/s1/members/u1" in server.asked


async def test_who_looks_after_a_server_sees_its_invites_and_bans_as_long_as_they_do(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(1)
    invite = contract.InviteInfo(code="qrst7890", server="s1", created_by="u2", expires_at=None, uses_left=3)
    ban = contract.BanInfo(user="u3", name="Cy", reason="", at=7)
    async with faking() as server, signed_in(tmp_path, server) as world:
        home = msgspec.structs.replace(server.directory.servers[0], role="moderator")
        server.directory = msgspec.structs.replace(server.directory, servers=(home,))
        server.raw["/v1/servers/s1/members"] = (200, msgspec.json.encode(contract.MemberList(members=())))
        server.raw["/v1/servers/s1/invites"] = (
            200,
            msgspec.json.encode(contract.InviteList(invites=(invite,))),
        )
        server.raw["/v1/servers/s1/bans"] = (200, msgspec.json.encode(contract.BanList(bans=(ban,))))
        await world.ask("directory.look_after", LookAfter("s1"))
        upkeep = shown(world).upkeep
        assert isinstance(upkeep, Upkeep)
        (known,) = upkeep.invites
        assert (known.code, known.uses, known.expires_at, known.by) == ("qrst7890", 3, 0, "u2")
        assert known.link.endswith("/qrst7890")
        assert [(each.user, each.name, each.at) for each in upkeep.bans] == [("u3", "Cy", 7)]
        assert "qrst7890" not in caplog.text + repr(shown(world))

        server.raw["/v1/servers/s1/bans"] = (200, msgspec.json.encode(contract.BanList(bans=())))
        await world.ask("directory.unban", Unban("s1", "u3"))
        upkeep = shown(world).upkeep
        assert upkeep is not None
        assert upkeep.bans == ()

        await world.ask("directory.look_after", LookAfter())
        assert shown(world).upkeep is None
        server.refuse["/v1/servers/s1/bans"] = "forbidden"
        del server.raw["/v1/servers/s1/bans"]
        await world.ask("directory.look_after", LookAfter("s1"))
        assert shown(world).upkeep is None
        await world.ask("directory.look_after", LookAfter("../s1"))
        assert shown(world).upkeep is None


async def test_an_invite_of_another_server_end_is_told_as_that(tmp_path: Path) -> None:
    async with faking() as server, signed_in(tmp_path, server) as world:
        args = AcceptInvite("xcord://join/voice.example.org/abcd1234")
        error = await refused(world, "directory.accept_invite", args)
        assert (error.code, error.params) == ("other_server", {"address": "https://voice.example.org"})


async def test_an_account_is_made_by_the_link_alone_and_is_signed_in(tmp_path: Path) -> None:
    async with faking() as server, running(xcord_sync, folder=tmp_path) as world:
        account = contract.AccountInfo(user="u1", login="ann", name="Ann", role="member")
        answer = contract.LoggedIn(token=TOKEN, account=account)
        server.raw["/v1/register"] = (200, msgspec.json.encode(answer))
        link = invite_link(server.address, "abcd1234")
        await world.ask("directory.register", Register("", " Ann", "Ann ", SECRET, link))
        assert shown(world).status == "connected"
        body = server.bodies[-1]
        assert (body["login"], body["name"], body["password"], body["invite"]) == (
            "ann", "Ann", SECRET, "abcd1234",
        )  # fmt: skip


async def test_signing_out_everywhere_signs_out_here(tmp_path: Path) -> None:
    async with faking() as server, signed_in(tmp_path, server) as world:
        await world.ask("directory.logout_everywhere", Nothing())
        assert shown(world).status == "signed_out"
        assert "POST /v1/logout-everywhere" in server.asked


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:7800", "https://voice.example.org", "http://192.168.1.5:7800", "http://[::1]:1", "http://box"],
)  # fmt: skip
def test_a_link_leads_to_the_server_end_that_made_it(address: str) -> None:
    assert read_invite(f" {invite_link(address, 'Ab12cd34')} ") == (address, "Ab12cd34")


@given(some.text())
def test_what_is_no_invite_is_refused(text: str) -> None:
    code, refusal = "", ""
    try:
        _, code = read_invite(text)
    except CommandError as error:
        refusal = error.code
    assert refusal in ("", "bad_invite", "bad_address", "insecure_address")
    assert bool(code) != bool(refusal)
