"""The fault bench: the real app and real parts in network namespaces of its own. ``build/dev.py faults``."""
