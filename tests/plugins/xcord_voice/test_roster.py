"""Who is in the call, as timelines."""

from __future__ import annotations

from xcord import Profile
from xcord_voice.roster import Roster, describe, user_of


def shown(roster: Roster, now: float = 1e6) -> dict[str, bool]:
    """Present by user, in order."""
    return {person.user: person.present for person in roster.people(now, {})}


def filled(*identities: str) -> Roster:
    roster = Roster()
    for identity in identities:
        roster.joined(0.0, identity, f"PA_{identity}")
    return roster


def test_a_vanished_person_stays_dimmed_for_three_seconds() -> None:
    roster = filled("ann:a", "bob:b")
    roster.left(10.0, "ann:a", "PA_ann:a")
    assert roster.expire(12.9) == 13.0
    assert shown(roster, 12.9) == {"ann": False, "bob": True}
    assert roster.expire(13.0) is None
    assert shown(roster) == {"bob": True}


def test_a_person_who_blinks_is_not_even_dimmed() -> None:
    roster = filled("ann:a")
    roster.left(10.0, "ann:a", "PA_ann:a")
    assert roster.expire(10.0) == 10.3
    assert shown(roster, 10.2) == {"ann": True}
    assert shown(roster, 10.3) == {"ann": False}
    roster.joined(10.4, "ann:a", "PA_2")
    assert shown(roster, 10.4) == {"ann": True}


def test_while_we_are_away_a_blink_still_ends() -> None:
    roster = filled("ann:a")
    roster.away(10.0)
    roster.left(10.0, "ann:a", "PA_ann:a")
    assert roster.expire(10.0) == 10.3
    assert roster.expire(10.3) is None


def test_a_person_who_comes_back_keeps_the_place() -> None:
    roster = filled("ann:a", "bob:b")
    roster.left(10.0, "ann:a", "PA_ann:a")
    roster.joined(11.0, "ann:a", "PA_2")
    assert roster.expire(99.0) is None
    assert shown(roster) == {"ann": True, "bob": True}


def test_who_says_good_bye_goes_at_once() -> None:
    roster = filled("ann:a")
    roster.leaving("ann:a")
    assert shown(roster) == {}


def test_a_good_bye_that_comes_late_removes_only_who_has_vanished() -> None:
    roster = filled("ann:a", "bob:b")
    roster.left(10.0, "ann:a", "PA_ann:a")
    roster.left_on_purpose("ann:a")
    roster.left_on_purpose("bob:b")
    assert shown(roster) == {"bob": True}


def test_while_we_are_away_nobody_vanishes_and_ten_seconds_after() -> None:
    roster = filled("ann:a", "bob:b")
    roster.left(10.0, "ann:a", "PA_ann:a")  # the burst comes before the SDK says that it reconnects
    roster.away(10.03)
    roster.left(10.1, "bob:b", "PA_bob:b")
    assert roster.expire(60.0) is None
    assert shown(roster) == {"ann": False, "bob": False}
    roster.back(60.0)
    roster.joined(60.1, "bob:b", "PA_2")
    assert roster.expire(60.2) == 70.0
    assert shown(roster) == {"ann": False, "bob": True}
    roster.expire(70.0)
    assert shown(roster) == {"bob": True}


def test_a_lost_connection_dims_everybody_until_seen() -> None:
    roster = filled("ann:a", "bob:b")
    roster.lost(10.0)
    roster.expire(1000.0)
    assert shown(roster) == {"ann": False, "bob": False}
    roster.back(1000.0)
    roster.joined(1000.0, "ann:a", "PA_3")
    roster.expire(1010.0)
    assert shown(roster) == {"ann": True}


def test_the_end_of_an_older_connection_changes_nothing() -> None:
    roster = filled("ann:a")
    roster.joined(5.0, "ann:a", "PA_2")
    roster.left(6.0, "ann:a", "PA_ann:a")
    assert shown(roster) == {"ann": True}


def test_a_second_device_is_the_same_person() -> None:
    roster = filled("ann:phone")
    roster.joined(5.0, "ann:desk", "PA_2")
    roster.left(6.0, "ann:phone", "PA_ann:phone")
    assert shown(roster) == {"ann": True}


def test_what_is_not_there_after_a_reconnect_has_vanished() -> None:
    roster = filled("ann:a", "bob:b")
    roster.keep(10.0, {"PA_bob:b"})
    assert shown(roster) == {"ann": False, "bob": True}


def test_tracks_say_who_is_muted_and_who_has_a_camera() -> None:
    roster = filled("ann:a")
    assert not roster.people(1e6, {})[0].muted
    roster.track("ann:a", "PA_ann:a", "TR_m", "microphone", True)
    roster.track("ann:a", "PA_ann:a", "TR_c", "camera", False)
    roster.deafened("ann:a", True)
    person = roster.people(1e6, {})[0]
    assert (person.muted, person.camera, person.screen, person.deafened) == (True, True, False, True)
    roster.track("ann:a", "PA_ann:a", "TR_m", "microphone", False)
    roster.untrack("ann:a", "PA_ann:a", "TR_c")
    person = roster.people(1e6, {})[0]
    assert (person.muted, person.camera) == (False, False)


def test_a_dimmed_person_keeps_the_marks() -> None:
    roster = filled("ann:a")
    roster.track("ann:a", "PA_ann:a", "TR_m", "microphone", True)
    roster.track("ann:a", "PA_ann:a", "TR_c", "camera", False)
    roster.left(10.0, "ann:a", "PA_ann:a")
    person = roster.people(1e6, {})[0]
    assert (person.present, person.muted, person.camera) == (False, True, True)


def test_names_come_from_the_directory_then_the_token_then_livekit_then_the_user() -> None:
    roster = Roster()
    roster.joined(0.0, "ann:a", "PA_1", "Livekit", '{"name": "Token", "avatar": "a.png"}')
    assert roster.people(1e6, {"ann": Profile(user="ann", name="Directory")})[0].name == "Directory"
    assert roster.people(1e6, {})[0].name == "Token"
    assert describe("ann:a", "Livekit", "no json") == ("Livekit", "")
    assert describe("ann:a", "", '["x"]') == ("ann", "")
    assert describe("ann:a", "", '{"name": 5, "avatar": 7}') == ("ann", "")
    assert user_of("no-device") == "no-device"
