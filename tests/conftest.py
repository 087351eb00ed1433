"""For all tests."""

from hypothesis import HealthCheck, settings

# A busy machine is slow, not wrong; what must be quick has a bench.
settings.register_profile("xcord", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("xcord")
