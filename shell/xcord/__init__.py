"""xcord: voice and video for friends and teams. The public API for plugins, re-exports only.

Importing this loads neither a window toolkit, a web framework nor LiveKit.
"""
