"""What Airflow is told: provider information, plugin, macro; and that the OpenLineage provider may be absent."""

import importlib
import inspect
import json
import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import jsonschema
import pytest

pytestmark = pytest.mark.airflow


def _ours(group: str):
    return [point for point in entry_points(group=group) if point.value.startswith("provenance.")]


def test_provider_information_is_what_airflow_wants(airflow_home):
    import airflow

    (point,) = _ours("apache_airflow_provider")
    info = point.load()()
    schema = json.loads((Path(airflow.__file__).parent / "provider_info.schema.json").read_text())
    jsonschema.validate(info, schema)
    assert info["package-name"] == "corpus-provenance"


def test_provider_information_names_every_operator(airflow_home):
    import provenance.airflow as room
    from provenance.airflow.provider import get_provider_info
    from provenance.airflow.task import ProvenanceOperator

    listed = {name for entry in get_provider_info()["operators"] for module in entry["python-modules"]
              for name, item in inspect.getmembers(importlib.import_module(module), inspect.isclass)
              if issubclass(item, ProvenanceOperator) and item.__module__ == module and name.endswith("Operator")
              and not name.startswith("_")}
    # AskOperator asks people and speaks no word of ours: its base is Airflow's own.
    assert listed == {name for name in room.__all__ if name.endswith("Operator")} - {"AskOperator"}


def test_every_argument_is_keyword_only_and_every_input_a_template(airflow_home):
    import provenance.airflow as room

    # A number for the cut, and the upstream results of that name; characters of a form.
    not_templates = {"shards": "ShardOperator", "most": "AskOperator"}
    for name in room.__all__:
        operator = getattr(room, name)
        if not inspect.isclass(operator):
            continue
        for cls in inspect.getmro(operator)[:3]:
            if not cls.__module__.startswith("provenance.") or "__init__" not in vars(cls):
                continue
            for argument, said in list(inspect.signature(cls.__init__).parameters.items())[1:]:
                assert said.kind in (said.KEYWORD_ONLY, said.VAR_KEYWORD), (name, argument)
                if said.kind is said.KEYWORD_ONLY and not_templates.get(argument) != name:
                    assert argument in operator.template_fields, (name, argument)


def test_settings_have_defaults(airflow_home):
    from airflow.configuration import conf

    from provenance.airflow.provider import get_provider_info

    for option in get_provider_info()["config"]["corpus_provenance"]["options"]:
        assert conf.get("corpus_provenance", option, fallback="nothing at all") in ("", "nothing at all")


def test_plugin_is_registered_once(airflow_home):
    from airflow import plugins_manager

    plugins, errors = plugins_manager._get_plugins()
    assert [plugin.name for plugin in plugins].count("corpus_provenance") == 1
    assert not [where for where in errors if "provenance" in where]
    (point,) = _ours("airflow.plugins")
    assert point.load().name == "corpus_provenance"


def test_macro_gives_the_ledger(airflow_home, monkeypatch):
    from airflow.sdk.execution_time import macros
    from airflow.sdk.plugins_manager import integrate_macros_plugins
    from jinja2.sandbox import SandboxedEnvironment

    monkeypatch.setenv("PROVENANCE_LEDGER", "/srv/corpus")
    integrate_macros_plugins()
    template = SandboxedEnvironment().from_string("{{ macros.corpus_provenance.ledger() }}")
    assert template.render(macros=macros) == "/srv/corpus"


WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        # Discovery of providers reads the installed entry points; all else of that provider is gone.
        if name.startswith("airflow.providers.openlineage.") and not name.endswith("get_provider_info"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
from types import SimpleNamespace as Made
from datetime import datetime, UTC
import provenance.airflow as room
from provenance.airflow.speaking import context_of
run = Made(logical_date=None, run_after=datetime(2026, 1, 1, tzinfo=UTC), clear_number=0, conf={})
task = Made(dag_id="d", task_id="t", run_id="r", map_index=-1, try_number=1)
first = context_of({"ti": task, "dag_run": run}, sys.argv[1], make=True)
again = context_of({"ti": task, "dag_run": run}, sys.argv[1])
task.try_number = 2
retried = context_of({"ti": task, "dag_run": run}, sys.argv[1])
assert first.run_id == again.run_id != retried.run_id
assert (first.job, first.namespace, first.parent) == ("d.t", "elsewhere", None)
assert "airflow.providers.openlineage.plugins.macros" not in sys.modules
print("works", len(room.__all__))
"""


def test_room_works_without_the_openlineage_provider(airflow_home, tmp_path):
    done = subprocess.run([sys.executable, "-c", WITHOUT, str(tmp_path / "ledger")], capture_output=True, text=True,
                          timeout=120, env={**os.environ, "OPENLINEAGE_NAMESPACE": "elsewhere"}, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.startswith("works")
