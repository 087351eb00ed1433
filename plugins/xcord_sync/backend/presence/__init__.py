"""Who is in which call, right now: from webhooks, from the SFU's own lists, and out to the apps.

``signals`` and ``webhooks`` read what the SFU says, ``book`` decides what it means, ``compare`` what the
SFU's lists correct (these are pure); ``ledger`` keeps it in the database, ``applier`` and ``reconcile``
work on it, ``fanout`` and ``sockets`` bring it to the apps, ``warden`` and ``sfu`` remove who may not stay.
"""
