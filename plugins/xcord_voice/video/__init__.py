"""The video of others: which of it is received, and how large."""
