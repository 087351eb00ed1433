"""What the ledger asks the database, as text."""

from __future__ import annotations

TOPIC = "xcord_presence"
MOST_IN_A_NOTICE = 40  # changes; a notice has less than 8000 bytes

#: An instance that is frozen in the middle loses its connection after 5 s, and with it the lock.
ALONE = "BEGIN; SELECT number FROM presence_version FOR UPDATE"

COLUMNS = "room_sid, participant_sid, room, channel_id, user_id, device, joined_at, left_at, source"
KNOWN = COLUMNS.split(", ")[:7]  # of who is here, as a webhook tells
OPEN = f"SELECT {COLUMNS} FROM voice_sessions WHERE left_at IS NULL"

#: $1 room sids, $2 participant sids; of pairs that nobody asked for, too.
OVER = f"""SELECT {COLUMNS} FROM voice_sessions
    WHERE room_sid = ANY($1::text[]) AND participant_sid = ANY($2::text[]) AND left_at IS NOT NULL"""


def _around(first: int) -> str:
    """By room sids and participant sids, people, and channels that finish; some may come twice. Not by pairs
    of sids: the planner takes a join with them for enough to read the whole table, and ``IN`` sorts text."""
    return f"""
        SELECT {COLUMNS} FROM voice_sessions
        WHERE room_sid = ANY(${first}::text[]) AND participant_sid = ANY(${first + 1}::text[])
        UNION ALL {OPEN} AND user_id = ANY(${first + 2}::uuid[])
        UNION ALL {OPEN} AND channel_id = ANY(${first + 3}::uuid[])"""


def _sessions(first: int, columns: int = 9) -> str:
    types = "text", "text", "text", "uuid", "uuid", "text", "timestamptz", "timestamptz", "text"
    return f"unnest({', '.join(f'${first + at}::{kind}[]' for at, kind in enumerate(types[:columns]))})"


#: $1-$4 as in ``_around``, $5 ids of webhooks.
AROUND = f"""
    SELECT (SELECT number FROM presence_version), known.ids, s.*
    FROM (SELECT ARRAY(SELECT id FROM webhook_events WHERE id = ANY($5::text[])) AS ids) known
    LEFT JOIN ({_around(1)}) s ON true"""

_INSERT = """
    INSERT INTO webhook_events (id, kind, room, room_sid, participant_sid, created_at, payload, applied_at)
    SELECT id, kind, room, room_sid, participant_sid, created_at, payload,
           CASE WHEN waits THEN NULL ELSE now() END
    FROM {}unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::bytea[],
                  $8::bool[])
         AS given (id, kind, room, room_sid, participant_sid, created_at, payload, waits)
    ON CONFLICT (id) DO NOTHING RETURNING id"""
#: $1-$8: webhooks.
STORE = _INSERT.format("")


def _write(before: str, condition: str) -> str:
    """$1-$8 webhooks, $9-$17 sessions, $18 ids of webhooks that waited, $19-$22 changes. A row when it was
    written. All is drawn from ``v``: the version's row is locked before a change is given its number."""
    return f"""
    WITH {before} v AS (
        UPDATE presence_version SET number = number + 1 WHERE {condition} RETURNING number
    ), n AS ({_INSERT.format("v, ")}
    ), s AS (
        INSERT INTO voice_sessions ({COLUMNS}) SELECT given.* FROM v, {_sessions(9)} given
        ON CONFLICT (room_sid, participant_sid)
        DO UPDATE SET left_at = excluded.left_at, joined_at = excluded.joined_at, source = excluded.source
    ), e AS (
        UPDATE webhook_events SET applied_at = now() FROM v WHERE id = ANY($18::text[])
    ), c AS (
        INSERT INTO presence_changes (channel_id, user_id, device, kind)
        SELECT given.* FROM v, unnest($19::uuid[], $20::uuid[], $21::text[], $22::text[]) given
        RETURNING seq, channel_id, user_id, kind
    ), told AS (
        SELECT pg_notify('{TOPIC}', CASE WHEN count(*) > {MOST_IN_A_NOTICE} THEN '{{"changes": []}}' ELSE
            json_build_object('changes', json_agg(
                json_build_array(seq, channel_id, user_id, kind = 'joined') ORDER BY seq))::text END)
        FROM c HAVING count(*) > 0
    )
    SELECT number, (SELECT count(*) FROM told) FROM v"""


#: $23: the version that was read.
WRITE = _write("", "number = $23")

_SAME = " AND ".join(f"a.{each} = g.{each}" for each in KNOWN)

#: $23-$26 as in ``_around``, $27-$33 the sessions that are guessed to be all of those. The version is
#: compared with itself for a writer that waits for the row: it is looked at again then, and another wrote.
WRITE_IF_GUESSED = _write(
    f"""
    around AS MATERIALIZED ({_around(23)}),
    guessed AS MATERIALIZED (SELECT * FROM {_sessions(27, len(KNOWN))} AS g ({", ".join(KNOWN)})),""",
    f"""number = (SELECT number FROM presence_version)
        AND NOT EXISTS (SELECT FROM webhook_events WHERE id = ANY($1::text[]))
        AND NOT EXISTS (SELECT FROM around a WHERE a.left_at IS NOT NULL OR a.source <> 'webhook'
            OR NOT EXISTS (SELECT FROM guessed g WHERE {_SAME}))
        AND NOT EXISTS (SELECT FROM guessed g WHERE NOT EXISTS (SELECT FROM around a WHERE {_SAME}))""",
)
