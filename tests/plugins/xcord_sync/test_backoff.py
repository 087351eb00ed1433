import pytest

from xcord_sync.backoff import pause


@pytest.mark.parametrize(
    ("failures", "code", "shortest", "longest"),
    [
        (0, "", 30, 30),
        (1, "unreachable", 0.5, 1),
        (2, "unreachable", 1, 2),
        (4, "server_error", 4, 8),
        (6, "unreachable", 15, 30),
        (10_000, "unreachable", 15, 30),
        (1, "client_too_old", 150, 300),
        (9, "server_too_old", 150, 300),
    ],
)
def test_pauses_grow_to_half_a_minute_and_are_spread(
    failures: int, code: str, shortest: float, longest: float
) -> None:
    assert pause(failures, code, 0.0) == shortest
    assert pause(failures, code, 1.0) == longest
