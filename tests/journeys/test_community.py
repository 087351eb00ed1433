"""The dialogs about servers, people, pictures and invite links, in a real browser against the real hub."""

from __future__ import annotations

import base64
import re

import msgspec
import pytest
from playwright.async_api import FilePayload, expect
from tests.journeys.actor import LINK
from tests.journeys.stage import TESTER, Stage, dressed, findings, held

from xcord.requests import AcceptInvite, LeaveServer, LookAfter

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_axe_finds_nothing_wrong_in_the_dialogs_about_servers_and_people(
    stage: Stage, theme: str
) -> None:
    page = stage.page
    await dressed(stage, theme, "en")
    await page.get_by_role("button", name="Create an account").click()
    await expect(page.get_by_label("Invite")).to_be_visible()
    assert await findings(page) == []
    stage.actor.sign_in()
    for opener in ("Manage Gece Kuşları", "Edit Müzik", "Actions for Zeynep Güneş", "Add a server"):
        await page.get_by_role("button", name=opener).click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_be_visible()
        assert await findings(page) == [], opener
        for name in await dialog.get_by_role("tab").all_inner_texts():
            await dialog.get_by_role("tab", name=name).click()
            await expect(dialog.get_by_role("tabpanel")).to_be_visible()
            if name == "Members":
                await dialog.get_by_role("button", name="Actions for Zeynep Güneş").click()
            assert await findings(page) == [], name
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_be_hidden()
        await expect(page.get_by_role("button", name=opener)).to_be_focused()


async def test_an_invite_can_be_made_and_copied_and_is_put_away(stage: Stage) -> None:
    page = stage.page
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    stage.actor.sign_in()
    await page.get_by_role("button", name="Manage Gece Kuşları").click()
    await page.get_by_role("button", name="Make a link").click()
    await page.get_by_role("button", name="Copy", exact=True).click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == LINK
    await page.keyboard.press("Escape")
    await held(stage, "directory", lambda value: value.invite is None)


async def test_a_channel_is_moved_by_keyboard_and_the_next_press_moves_it_on(stage: Stage) -> None:
    page = stage.page
    stage.actor.sign_in()
    await page.get_by_role("button", name="Manage Gece Kuşları").click()
    await page.get_by_role("tab", name="Channels").click()
    rows = page.locator("[data-channel] .cut")
    before = await rows.all_inner_texts()
    last = before[-1]
    up = page.get_by_role("button", name=f"Move {last} up")
    await up.focus()
    for step in range(1, len(before)):
        await page.keyboard.press("Enter")
        await expect(rows.nth(len(before) - 1 - step)).to_have_text(last)
        await expect(up).to_be_focused()
    assert await rows.all_inner_texts() == [last, *before[:-1]]
    await expect(up).to_have_attribute("aria-disabled", "true")
    await page.keyboard.press("Enter")  # it is the first already
    assert [each[0] for each in stage.actor.asked].count("directory.place_channel") == len(before) - 1
    assert await findings(page) == []


async def test_what_a_role_may_not_do_is_not_offered(stage: Stage) -> None:
    stage.actor.sign_in()
    page, directory = stage.page, stage.actor.directory.value
    await expect(page.get_by_role("button", name="Actions for Zeynep Güneş")).to_have_count(1)
    (server,) = directory.servers
    for role, count in (("moderator", 1), ("member", 0)):  # whoever is a member may only leave
        changed = msgspec.structs.replace(server, role=role)
        stage.actor.directory.set(msgspec.structs.replace(directory, servers=(changed,)))
        await expect(page.get_by_role("button", name=re.compile("Actions for"))).to_have_count(count)
        await expect(page.get_by_role("button", name=re.compile("Manage"))).to_have_count(count)


async def test_a_member_can_leave_a_server_and_is_asked_first(stage: Stage) -> None:
    stage.actor.sign_in()
    page, directory = stage.page, stage.actor.directory.value
    changed = msgspec.structs.replace(directory.servers[0], role="member")
    stage.actor.directory.set(msgspec.structs.replace(directory, servers=(changed,)))
    await page.get_by_role("button", name="Options for Gece Kuşları").click()
    assert await findings(page) == []
    await page.get_by_role("button", name="Leave server").click()
    assert stage.actor.asked == []
    await page.get_by_role("button", name="Leave Gece Kuşları?").click()
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert stage.actor.asked == [
        ("directory.leave_server", LeaveServer("s1")),
        ("directory.look_after", LookAfter()),
    ]


async def test_a_moderator_reaches_people_by_their_tiles_with_pointer_and_keyboard(stage: Stage) -> None:
    page = stage.page
    stage.actor.sign_in()
    stage.actor.enter()
    tiles = page.get_by_role("list", name="People in the call")
    manage = tiles.get_by_role("button", name="Actions for Grace Hopper")
    await manage.focus()
    await expect(tiles.locator("li[data-user=u3] .manage")).to_have_css("opacity", "1")
    assert await findings(page) == []
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Grace Hopper")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(manage).to_be_focused()
    await expect(tiles.get_by_role("button", name="Actions for Ada Lovelace")).to_have_count(0)
    await page.locator("li.tile[data-user=u1]").hover()
    await expect(tiles.locator("li[data-user=u1] .manage")).to_have_css("opacity", "1")


# -- pictures ----------------------------------------------------------------------------------------


async def drawn(stage: Stage, width: int, height: int) -> bytes:
    """A PNG of that size, drawn by the browser."""
    script = """([width, height]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const context = canvas.getContext('2d');
      for (let x = 0; x < width; x += 4)
        for (let y = 0; y < height; y += 4) {
          context.fillStyle = `hsl(${(x * y) % 360} 80% ${30 + ((x * 7 + y * 13) % 50)}%)`;
          context.fillRect(x, y, 4, 4);
        }
      return canvas.toDataURL('image/png').split(',')[1];
    }"""
    return base64.b64decode(await stage.page.evaluate(script, [width, height]))


async def open_account(stage: Stage) -> None:
    stage.actor.sign_in()
    await stage.page.get_by_role("button", name="Settings").click()
    await stage.page.get_by_role("tab", name="Account").click()


async def test_a_chosen_picture_is_cut_and_made_small_and_everybody_sees_it(stage: Stage) -> None:
    page = stage.page
    await open_account(stage)
    photo = FilePayload(name="photo.png", mimeType="image/png", buffer=await drawn(stage, 1600, 900))
    await page.get_by_label("Choose a picture").and_(page.locator("input")).set_input_files(photo)
    face = page.locator(".card img")
    await expect(face).to_be_visible()
    await expect(face).to_have_js_property("naturalWidth", 256)
    await expect(face).to_have_js_property("naturalHeight", 256)
    ((_, sent),) = [each for each in stage.actor.asked if each[0] == "directory.set_avatar"]
    assert sent.picture[:4] == b"RIFF"
    assert len(sent.picture) <= 44_000
    assert stage.complaints == []
    assert await findings(page) == []


async def test_what_is_no_picture_is_told_and_not_sent(stage: Stage) -> None:
    page = stage.page
    await open_account(stage)
    for content in (b"<svg xmlns='http://www.w3.org/2000/svg'/>", b""):
        odd = FilePayload(name="x.png", mimeType="image/png", buffer=content)
        await page.get_by_label("Choose a picture").and_(page.locator("input")).set_input_files(odd)
        await expect(page.get_by_text("That is no PNG, JPEG or WebP picture.")).to_be_visible()
    assert stage.actor.asked == []


async def test_people_are_shown_by_their_pictures_and_by_initials_where_there_is_none(stage: Stage) -> None:
    page, actor = stage.page, stage.actor
    actor.sign_in()
    actor.pictures["grace"] = await drawn(stage, 64, 64)
    actor.show_picture("u3", "grace")
    actor.show_picture("u1", "gone")
    actor.enter()
    tile = page.locator("li.tile[data-user=u3]")
    await expect(tile.locator("img")).to_have_js_property("naturalWidth", 64)
    await expect(page.get_by_role("list", name="Lobi").locator("img")).to_have_count(1)
    await expect(page.locator("li.tile[data-user=u1] .avatar")).to_have_text("MÖ")
    own = f"http://127.0.0.1:{stage.core.port}/"
    assert [url for url in stage.requests if not url.startswith((own, "data:", "blob:"))] == []


# -- invite links ------------------------------------------------------------------------------------


async def test_a_link_of_the_desktop_waits_for_a_click(stage: Stage) -> None:
    page, actor = stage.page, stage.actor
    actor.sign_in()
    await stage.core.hub.ask("app.open_link", {"link": LINK}, asker=TESTER)
    dialog = page.get_by_role("dialog", name="You are invited")
    await expect(dialog).to_contain_text("ses.example.org")
    assert await findings(page) == []
    assert actor.asked == []
    await dialog.get_by_role("button", name="Join").click()
    await expect(dialog).to_be_hidden()
    assert actor.asked == [("directory.accept_invite", AcceptInvite(LINK))]
    await held(stage, "app", lambda value: value.link == "")


async def test_a_link_is_put_away_by_escape_and_asks_nothing(stage: Stage) -> None:
    stage.actor.sign_in()
    await stage.core.hub.ask("app.open_link", {"link": LINK}, asker=TESTER)
    await expect(stage.page.get_by_role("dialog")).to_be_visible()
    await stage.page.keyboard.press("Escape")
    await held(stage, "app", lambda value: value.link == "")
    assert stage.actor.asked == []


async def test_who_is_signed_out_makes_an_account_by_the_link(stage: Stage) -> None:
    page = stage.page
    await stage.core.hub.ask("app.open_link", {"link": LINK}, asker=TESTER)
    await expect(page.get_by_text("With an invite of ses.example.org.")).to_be_visible()
    assert await findings(page) == []
    await page.get_by_label("Your name, as others see it").fill("Ada")
    await page.get_by_label("Login").fill("ada")
    await page.get_by_label("Password", exact=True).fill("long enough")
    await page.get_by_role("button", name="Create account").click()
    await held(stage, "app", lambda value: value.link == "")
    ((name, args),) = stage.actor.asked
    assert (name, args.address, args.invite) == ("directory.register", "", LINK)
