"""Synthetic people for the demo, the journeys and the benches.

They show a drawn person with a burnt-in clock and speak by turns; pre-encoded and many in one process, so
that they leave the machine to the app. :func:`tests.guests.party.run_guests` takes LiveKit tokens;
``python -m tests.guests`` logs in at a server end and joins a channel, as anybody would.
"""
