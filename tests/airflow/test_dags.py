"""The DAGs that ship, run by `dag.test()`: success, adoption, denial with its reasons, and results that are missing."""

import contextlib
import re
from pathlib import Path

import pytest

from provenance.testing.endpoint import Reply, Script
from provenance.testing.endpoint_server import FakeServer
from tests.airflow.conftest import DAGS, build_file, needs_compiler, sample_repository

pytestmark = pytest.mark.airflow
PROGRAMS = ("CHKDIGIT.cbl", "SHELSORT.cbl", "PAYCALC.cbl")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs_compiler()
    return tmp_path_factory.mktemp("dags")


@pytest.fixture(scope="module")
def repository(home: Path) -> Path:
    return sample_repository(home / "repository", PROGRAMS)


@pytest.fixture(autouse=True)
def ledger(home: Path, monkeypatch) -> Path:
    """One ledger for the module: the tests below go on where the one before stopped."""
    monkeypatch.setenv("PROVENANCE_LEDGER", str(home / "ledger"))
    return home / "ledger"


class Run:
    """One `dag.test()`: the states of its tasks, their results and what was raised."""

    def __init__(self, dag, conf=None, mark=None) -> None:
        from airflow.sdk.execution_time import task_runner

        self.raised, real = [], task_runner._execute_task

        def noting(context, ti, log):
            try:
                return real(context, ti, log)
            except BaseException as error:
                self.raised.append(f"{type(error).__name__}: {error}")
                raise

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(task_runner, "_execute_task", noting)
            self.run = dag.test(run_conf=conf, mark_success_pattern=mark)
        self.state = str(self.run.state)
        self.tasks = {(ti.task_id, ti.map_index): str(ti.state) for ti in self.run.get_task_instances()}

    def result(self, task):
        from airflow.models.xcom import XComModel
        from airflow.utils.session import create_session

        with create_session() as session:
            row = session.scalar(XComModel.get_many(run_id=self.run.run_id, dag_ids=self.run.dag_id, task_ids=task,
                                                    key="return_value"))
            return XComModel.deserialize_value(row) if row else None


def test_dags_parse_without_errors(dag_bag):
    assert dag_bag.import_errors == {}
    assert set(dag_bag.dags) == {path.stem for path in DAGS.glob("*.py")}
    for dag in dag_bag.dags.values():
        assert dag.doc_md and dag.max_active_runs == 1 and not dag.catchup
    assert "policy" not in dag_bag.dags["model_train"].params  # whoever may trigger must not choose it


def test_schedules_come_from_the_environment(dag_bag):
    assert dag_bag.dags["corpus_build"].schedule is None
    assert dag_bag.dags["ledger_upkeep"].schedule is None


@pytest.fixture(scope="module")
def config(home: Path, repository: Path) -> Path:
    return build_file(home / "corpus.toml", [repository, sample_repository(home / "second", ("DAYCALC.cbl",))],
                      transforms=("rename-data-names",))


@pytest.fixture(scope="module")
def first(dag_bag, home, config) -> Run:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROVENANCE_LEDGER", str(home / "ledger"))
        return Run(dag_bag.dags["corpus_build"], {"config": str(config)})


def test_corpus_build_publishes_a_gated_set(first, ledger):
    from provenance.ledger import Ledger
    from provenance.ledger.upkeep import verify

    assert first.state == "success", first.raised
    assert first.tasks["augment", 1] == first.tasks["verify", 1] == first.tasks["gate", -1] == "success"
    published = first.result("gate")
    assert published["dataset"].startswith("trial@") and published["policy"] == "sample"
    assert (ledger / "datasets" / "trial" / published["dataset"].partition("@")[2] / "manifest.json").is_file()
    assert list(verify(Ledger(ledger))) == []


def test_a_second_run_adopts_everything(first, dag_bag, config, ledger):
    from provenance.ledger import Ledger

    before = Ledger(ledger).stats()
    again = Run(dag_bag.dags["corpus_build"], {"config": str(config)})
    assert again.state == "success"
    assert again.result("gate") == first.result("gate")
    after = Ledger(ledger).stats()
    assert (after["batches"], after["tables"]) == (before["batches"], before["tables"])


def test_a_policy_that_denies_fails_with_its_reasons(first, dag_bag, config, home):
    denying = build_file(home / "denying.toml", [home / "repository", home / "second"],
                         transforms=("rename-data-names",), policy=str(home / "denying-policy.toml"))
    sample = (DAGS.parent / "policies" / "sample.toml").read_text()
    (home / "denying-policy.toml").write_text(sample + "\n[size]\nmin_records = 1000\n")
    run = Run(dag_bag.dags["corpus_build"], {"config": str(denying)})
    assert run.state == "failed" and run.tasks["gate", -1] == "failed"
    (said,) = run.raised
    assert said.startswith("AirflowFailException") and "at least 1000 records" in said
    assert run.result("gate") is None
    # Shares that nothing at hand can meet stop it earlier, with what is missing.
    (home / "denying-policy.toml").write_text(sample.replace("min_human_share = 0.0", "min_human_share = 0.9"))
    run = Run(dag_bag.dags["corpus_build"], {"config": str(denying)})
    assert run.state == "failed" and (run.tasks["assemble", -1], run.tasks["gate", -1]) == ("failed", "upstream_failed")
    (said,) = run.raised
    assert "origin.min_human_share cannot be kept" in said and "more human cobol records" in said


def test_model_train_needs_a_set_and_a_policy_that_allows_it(first, dag_bag):
    train = dag_bag.dags["model_train"]
    nothing = Run(train)
    assert nothing.state == "failed" and "not started by a published training set" in nothing.raised[0]
    refused = Run(train, {"dataset": first.result("gate")["dataset"]})
    assert refused.state == "failed" and "policy train: denies for" in refused.raised[0]
    assert refused.tasks["record_consumption", -1] == "upstream_failed"


@pytest.fixture(scope="module")
def models(home: Path, repository: Path):
    """A build file that asks a replaying server over HTTP, fills in a skeleton, and lets one model play both parts."""
    script = Script.read(DAGS.parent / "samples" / "replay.jsonl")

    def reply(asked):
        return _proposes(asked) or script.reply(asked)

    with FakeServer(Script([reply]), model="replay-of-samples") as server:
        path = build_file(home / "models.toml", [repository], transforms=("rename-data-names",))
        path.write_text(path.read_text().replace('name = "trial"', 'name = "models"') + f"""
[[model]]
name = "replay"
address = "{server.address}"
model = "replay-of-samples"
licence = "Apache-2.0"

[[generate]]
skeletons = ["report"]

[[generate]]
mode = "version"
repairs = 1

[mix]
per_root = 3

[adversarial]
game = "repair"
rounds = 2
proposals = 3
attempts = 1
repairs = 0
""")
        yield path, server


def _proposes(asked):
    """The proposer breaks what a program prints; the solver gives back what it was given and mends nothing."""
    if "Plant one bug" not in asked.prompt and "has one bug" not in asked.prompt:
        return None
    text = re.findall(r"```cobol\n(.*?)```", asked.prompt, re.DOTALL)[0]
    bugs = [place.start() for place in re.finditer(r"DISPLAY '", text)]
    at = bugs[asked.seed % len(bugs)] + len("DISPLAY '")
    other = "#" if "Plant one bug" in asked.prompt else "%"
    return Reply(text[:at] + other + text[at + 1:], dress="fenced")


def test_corpus_build_asks_models_and_fills_in_skeletons(models, dag_bag, ledger):
    from provenance.ledger import Ledger
    from provenance.ledger.datasets import find_dataset
    from provenance.ledger.upkeep import verify
    from provenance.lineage import Lens

    config, server = models
    run = Run(dag_bag.dags["corpus_build"], {"config": str(config)})
    assert run.state == "success", run.raised
    with Lens(Ledger(ledger)) as lens:
        made = lens.query("SELECT model, prompt, round, response_id FROM generations ORDER BY round").dicts()
        dropped = lens.query("SELECT count(*) AS n FROM rejects WHERE model = 'replay-of-samples'").rows[0][0]
        events = lens.query("SELECT count(*) AS n FROM runs WHERE job LIKE 'corpus_build.generate.%' AND state = 'complete'")
    assert [(row["model"], row["prompt"], row["round"]) for row in made] == [("replay-of-samples", "version@1", 0),
                                                                              ("replay-of-samples", "version@1", 1)]
    assert dropped >= 2 and events.rows[0][0] == 2 and all(row["response_id"] for row in made)
    makers = find_dataset(Ledger(ledger), "models").manifest["makers"]
    assert makers["generate:version:replay-of-samples"] == 2 and makers["augment:rename-data-names"] >= 1
    assert list(verify(Ledger(ledger))) == []
    asked = len(server.asked)
    again = Run(dag_bag.dags["corpus_build"], {"config": str(config)})
    assert again.state == "success" and len(server.asked) == asked, "an answer was paid for twice"


def test_corpus_adversarial_plays_its_rounds_and_gates_what_it_kept(models, dag_bag, ledger):
    from provenance.ledger import Ledger
    from provenance.ledger.datasets import find_dataset
    from provenance.ledger.upkeep import verify

    config, server = models
    run = Run(dag_bag.dags["corpus_adversarial"], {"config": str(config)})
    assert run.state == "success", run.raised
    rounds = [manifest for manifest in Ledger(ledger).manifests() if manifest.recipe.step == "adversarial"]
    assert sorted(manifest.recipe.params["round"] for manifest in rounds) == [1, 2]
    kept = sum(manifest.records for manifest in rounds)
    # A bug that was planted again in the second round is a copy, and is left out of the set as one.
    assert 0 < find_dataset(Ledger(ledger), "models").manifest["makers"]["adversarial:repair:replay-of-samples"] <= kept
    assert list(verify(Ledger(ledger))) == []
    asked = len(server.asked)
    assert Run(dag_bag.dags["corpus_adversarial"], {"config": str(config)}).state == "success"
    assert len(server.asked) == asked


def test_corpus_adversarial_without_a_match_is_refused(config, dag_bag):
    run = Run(dag_bag.dags["corpus_adversarial"], {"config": str(config)})
    assert run.state == "failed" and "has no table [adversarial]" in run.raised[0]


@contextlib.contextmanager
def policy(dag, name):
    task = dag.get_task("require_ticket")
    before, task.policy = task.policy, name
    try:
        yield dag
    finally:
        task.policy = before


def test_model_train_keeps_what_was_consumed(first, dag_bag, ledger):
    from provenance.ledger import Ledger

    with policy(dag_bag.dags["model_train"], "sample") as train:
        run = Run(train, {"dataset": first.result("gate")["dataset"], "model": "m-1"})
    assert run.state == "success", run.raised
    assert run.result("require_ticket")["decision"] == first.result("gate")["decision"]
    assert Ledger(ledger).stats()["tables"]["consumptions"]["rows"] == 1


def test_a_ticket_marked_as_success_by_hand_is_no_ticket(first, dag_bag, ledger):
    from provenance.ledger import Ledger

    run = Run(dag_bag.dags["model_train"], {"dataset": first.result("gate")["dataset"]}, mark="require_ticket")
    assert run.tasks["require_ticket", -1] == "success"
    assert run.state == "failed" and "has no ticket" in run.raised[-1]
    assert Ledger(ledger).stats()["tables"]["consumptions"]["rows"] == 1


@pytest.mark.parametrize(("marked", "where"), [("verify", "verify: has left no result"),
                                               ("assemble", "assemble: has left no result")])
def test_a_task_marked_as_success_by_hand_publishes_nothing(first, dag_bag, config, marked, where):
    run = Run(dag_bag.dags["corpus_build"], {"config": str(config)}, mark=f"^{marked}$")
    assert run.state == "failed" and where in run.raised[-1]
    assert run.result("gate") is None


def test_a_repository_without_records_fails_and_publishes_nothing(dag_bag, home):
    config = build_file(home / "empty.toml", [home / "repository"], extra='paths = ["nowhere/**"]\n')
    run = Run(dag_bag.dags["corpus_build"], {"config": str(config)})
    assert run.state == "failed"
    assert run.raised and "AirflowFailException" in run.raised[-1]
    assert run.result("gate") is None


def test_ledger_upkeep_runs(first, dag_bag, ledger):
    run = Run(dag_bag.dags["ledger_upkeep"])
    assert run.state == "success", run.raised
    assert run.result("forward_events")["sent_now"] == 0  # no transport is configured here
    assert run.result("verify_ledger") > 5
