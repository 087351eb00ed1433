"""Calm order: everybody keeps their place for as long as they are in the call.

Whoever joins comes last; when somebody leaves, the last one takes the place that became free and
nobody else moves. Somebody who speaks and is not seen changes places with one who is and has been silent
longest; whoever is seen never moves for that. While the call is not up (connecting, reconnecting, lost)
places are kept also for those whom the call does not name at the moment, so that it comes back as it was.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from xcord import Person, Voice


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """Who has which place in ``room``; also places kept for people who may come back."""

    room: str = ""
    users: tuple[str, ...] = ()


def settle(before: Order, voice: Voice) -> Order:
    """The order after ``voice`` has become what it is now."""
    if voice.status == "idle":
        return Order()
    present = list(dict.fromkeys(person.user for person in voice.people))
    if before.room and voice.room and voice.room != before.room:
        before = Order()
    kept = list(before.users) if voice.status != "connected" else without_leavers(before.users, present)
    places = set(kept)
    return Order(
        room=voice.room or before.room, users=(*kept, *(user for user in present if user not in places))
    )


def promoted(order: Order, speakers: Sequence[str], seen: Collection[str], quiet: Sequence[str]) -> Order:
    """The order after the first speaker who is not seen has changed places with the first of ``quiet``.

    :param seen: those who have a tile somewhere, or on a first page.
    :param quiet: those on a first page who may give up theirs, the first one first; without one all stays.
    """
    unseen = next((user for user in speakers if user not in seen and user in order.users), None)
    giving = next((user for user in quiet if user in seen and user in order.users), None)
    if unseen is None or giving is None:
        return order
    change = {unseen: giving, giving: unseen}
    return Order(room=order.room, users=tuple(change.get(user, user) for user in order.users))


def without_leavers(users: tuple[str, ...], present: list[str]) -> list[str]:
    """``users`` without those who are not in ``present``, each gap filled by whoever was last."""
    staying = set(present)
    places = list(users)
    at = 0
    while at < len(places):
        if places[at] in staying:
            at += 1
            continue
        last = places.pop()
        if at < len(places):
            places[at] = last
    return places


def seated(order: Order, voice: Voice) -> list[Person]:
    """The people of ``voice`` in calm order."""
    people = {person.user: person for person in voice.people}
    return [people[user] for user in order.users if user in people]
