"""Where the forwarder's configuration comes from, and what is said about a broken one."""

from __future__ import annotations

import pytest

from provenance.errors import PolicyError
from provenance.events import forwarder_from_config, namespace_from_config
from provenance.events.forward import _hardened

pytestmark = pytest.mark.usefixtures("bare_environment")


@pytest.mark.parametrize(("variable", "value"), [
    ("AIRFLOW__OPENLINEAGE__TRANSPORT", "{nope"),
    ("AIRFLOW__OPENLINEAGE__TRANSPORT", "[1]"),
    ("AIRFLOW__OPENLINEAGE__TRANSPORT", '{"url": "http://h"}'),
    ("AIRFLOW__OPENLINEAGE__TRANSPORT", '{"type": "carrier.pigeon"}'),
    ("AIRFLOW__OPENLINEAGE__TRANSPORT", '{"type": "http"}'),
    ("AIRFLOW__OPENLINEAGE__TRANSPORT", '{"type": "http", "url": "nowhere"}'),
    ("OPENLINEAGE_CONFIG", "/no/such/openlineage.yml"),
    ("OPENLINEAGE__FACETS", '{"no_such_section": 1}'),
])
def test_a_broken_configuration_is_an_error_at_once(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    with pytest.raises(PolicyError) as caught:
        forwarder_from_config()
    assert caught.value.next_step


def test_a_named_file_without_a_transport_is_an_error(monkeypatch, tmp_path):
    (tmp_path / "other.yml").write_text("filters: []\n")
    monkeypatch.setenv("OPENLINEAGE_CONFIG", str(tmp_path / "other.yml"))
    with pytest.raises(PolicyError):
        forwarder_from_config()


def test_namespace(monkeypatch):
    assert namespace_from_config("local") == "local"
    monkeypatch.setenv("AIRFLOW__OPENLINEAGE__NAMESPACE", "airflow-prod")
    assert namespace_from_config() == "airflow-prod"
    monkeypatch.setenv("OPENLINEAGE_NAMESPACE", "prod")
    assert namespace_from_config() == "prod"


def test_the_users_own_values_stay():
    out = _hardened({"type": "transform", "transport": {"type": "http", "url": "u", "timeout": 30,
                                                        "retry": {"connect": 4}}, "transformer_class": "x.Y"})
    assert out["transport"]["timeout"] == 30
    assert out["transport"]["retry"]["connect"] == 4 and out["transport"]["retry"]["total"] == 1
