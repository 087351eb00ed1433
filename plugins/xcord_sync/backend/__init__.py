"""The server end: accounts, channels and join tokens, beside an SFU. Runs by ``xcord serve``.

The app never imports this package; the two ends share ``xcord_sync.contract`` and nothing else.
"""
