"""A flood of random commands from everybody who may ask, on the real app in its real windows.

The pages are the shipped ones. In front of their script stands another, ``probe.js``, which sends commands
on the page's own socket, as the page would, and watches what comes back; no debugger is attached. It takes
its orders from a :class:`~tests.flood.conductor.Conductor` in the process of the test.
"""
