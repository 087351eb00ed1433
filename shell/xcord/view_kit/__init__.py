"""Checks any view mode, and draws it without a browser. Authors import it from ``xcord.testing``."""
