"""What a real camera adds to a drawn picture: texture everywhere, a hand that is not steady, light that
changes, and the sensor's noise. All of it costs an encoder and a decoder what a clean drawing does not.
"""

from __future__ import annotations

import functools
from math import pi, sin

import numpy as np
from numpy.typing import NDArray

from .canvas import Picture

LOOP_SECONDS = 10.0
TEXTURE = 16.0
"""Standard deviation of the texture, of 255."""
NOISE = 3.5
"""The same of the sensor's noise."""


def filmed(picture: Picture, seconds: float, seed: int) -> Picture:
    """The picture as a camera in somebody's hand would give it; a loop of ten seconds has no seam."""
    height, width = picture.shape[:2]
    turn = 2 * pi * seconds / LOOP_SECONDS
    texture = _texture(height, width, seed)
    # Leaves behind and cloth before: two layers of it that drift against each other.
    drift = np.roll(texture, (round(height / 4 * sin(turn)), round(width / 3 * sin(2 * turn))), (0, 1))
    light = 1 + 0.05 * sin(3 * turn) * np.linspace(-1, 1, width, dtype=np.float32)[None, :, None]
    noise = np.random.default_rng((seed, round(seconds * 1000))).normal(0, NOISE, (height, width, 1))
    shake = (round(2 * sin(7 * turn)), round(3 * sin(5 * turn)))
    lit = np.roll((picture + 0.6 * texture + 0.6 * drift) * light, shake, (0, 1))
    return np.asarray(lit + noise, dtype=np.float32)


@functools.lru_cache(maxsize=16)
def _texture(height: int, width: int, seed: int) -> NDArray[np.float32]:
    """A random surface whose detail falls with its frequency, as in nature; it wraps around."""
    random = np.random.default_rng(seed)
    spectrum = np.fft.rfft2(random.normal(size=(height, width)))
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
    frequency[0, 0] = np.inf
    surface = np.fft.irfft2(spectrum / frequency, s=(height, width))
    return np.asarray(TEXTURE * surface[:, :, None] / surface.std(), dtype=np.float32)
