import re
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from app.errors import SettingsError
from app.main import main
from app.settings import Settings

ROOT = Path(__file__).parent.parent
NAMES = [field.name for field in fields(Settings) if field.name != "bundle"]


def test_defaults_are_those_of_the_design() -> None:
    settings = Settings.from_environment({})
    assert settings.host == "127.0.0.1"
    assert settings.body_bytes == 64 * 2**20
    assert settings.layers == 10_000
    assert settings.parameters == 200_000_000


def test_environment_is_read() -> None:
    settings = Settings.from_environment({"VITRINE_HOST": "::1", "VITRINE_PORT": "0", "VITRINE_LAYERS": "7"})
    assert (settings.host, settings.port, settings.layers) == ("::1", 0, 7)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("VITRINE_PORT", "x"), ("VITRINE_LAYERS", "0"), ("VITRINE_WORKERS", "-1"), ("VITRINE_VALUES", "1.5")],
)
def test_wrong_settings_are_named(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        Settings.from_environment({variable: value})


def test_wrong_settings_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VITRINE_PORT", "eighty")
    with pytest.raises(SystemExit, match="VITRINE_PORT is 'eighty'"):
        main([])


def test_jobs_share_the_threads_of_one_request() -> None:
    threads = [Settings(blas_threads=4, jobs_running=running).job_threads for running in (1, 2, 3, 8)]
    assert threads == [4, 2, 1, 1]


def test_settings_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]


def test_the_bundle_is_in_the_checkout() -> None:
    bundle = Settings().bundle
    assert bundle.examples.is_dir()
    assert bundle.templates.is_dir()


def test_every_setting_is_documented_with_its_default() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = dict(re.findall(r"\| `(VITRINE_\w+)` \| ([^|]+) \|", text))
    assert set(documented) == {f"VITRINE_{name.upper()}" for name in NAMES}
    for field in fields(Settings):
        if isinstance(field.default, int | str):
            assert documented[f"VITRINE_{field.name.upper()}"] == f"`{field.default}`"
    assert Settings.__doc__ is not None
    for name in NAMES:
        assert f"`{name}`" in Settings.__doc__
