"""Settings of the property tests: the same examples in every run, and no limit on a busy machine's time."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "vitrine",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
settings.load_profile("vitrine")
