"""One TOML file for the whole pipeline: every mistake at once, and never a stack."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.errors import PolicyError, ProvenanceError
from provenance.pipeline import Judging, read_build
from provenance.pipeline.build import Build
from provenance.pipeline.judges import JUDGES

GOOD = """
name = "demo"
policy = "sample"
[[source]]
where = "payroll"
"""


def read(tmp_path, text: str | bytes) -> Build:
    path = tmp_path / "corpus.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_build(path)


def test_a_short_file_and_a_long_one(tmp_path):
    (tmp_path / "payroll").mkdir()
    build = read(tmp_path, GOOD)
    assert (build.name, build.dataset, build.policy) == ("demo", "demo", "sample")
    assert (build.judging, build.seed) == (Judging(), 0)
    assert build.sources[0].where == str(tmp_path / "payroll")
    long = read(tmp_path, """
name = "demo"
dataset = "cobol"
policy = "sample"
[[source]]
where = "https://example.org/x.git"
rev = "main"
name = "x"
licence = "MIT"
claim = "human"
by = "ACME"
languages = ["cobol", "jcl"]
paths = ["src/**"]
max_bytes = 5
show_authors = true
[augment]
transforms = ["split-move"]
seed = 7
[judge]
near_duplicate = 1
without = ["origin"]
[judge.contamination]
benchmarks = ["payroll"]
[splits]
train = 1
""")
    assert long.sources[0].where == "https://example.org/x.git" and long.sources[0].options.claimed_by == "ACME"
    assert (long.transforms, long.seed) == (("split-move",), 7)
    assert long.judging.names == tuple(name for name in JUDGES if name != "origin")
    assert long.judging.settings["duplicates"].near == 1.0
    assert long.judging.settings["contamination"].benchmarks == (str(tmp_path / "payroll"),)
    assert dict(long.shares) == {"train": 1}


def test_a_folder_named_like_a_policy_is_no_policy(tmp_path):
    (tmp_path / "sample").mkdir()
    assert read(tmp_path, GOOD).policy == "sample"
    (tmp_path / "mine.toml").write_text("x")
    assert read(tmp_path, GOOD.replace("sample", "mine.toml")).policy == str(tmp_path / "mine.toml")


def test_all_mistakes_come_at_once_with_their_paths(tmp_path):
    with pytest.raises(PolicyError) as caught:
        read(tmp_path, GOOD.replace('"payroll"', '3\nlicense = "MIT"').replace('policy = "sample"', "seed = 7"))
    told = str(caught.value)
    for part in ("policy is missing", "seed is not a known key", "source[0].where is int, not str",
                 "source[0].license is not a known key (did you mean licence?)", "corpus.toml"):
        assert part in told


@pytest.mark.parametrize(("change", "told"), [
    ('name = ""', "name is empty"), ("source = []", "source is empty"), ("source = [3]", "source[0] is not a table"),
    ("source = 3", "source is int"), ("augment = 3", "augment is not a table"), ("splits = 3", "splits is int"),
    ("splits = {train = 'x'}", "splits"), ("splits = {train = 0.5}", "do not add up"), ("splits = {exam = 1}", "exam"),
    ("augment = {transforms = [['a']]}", "augment.transforms is not a list of texts"),
    ("augment = {transforms = ['split-moves']}", "did you mean split-move?"),
    ("augment = {seed = true}", "augment.seed is bool"), ("judge = {near_duplicate = 0.2}", "judge.duplicates.near is 0.2"),
    ("judge = {contamination = {benchmarks = ['gone.jsonl']}}", "judge.contamination.benchmarks gone.jsonl is not there"),
    ("judge = {onyl = ['screen']}", "judge.onyl is not a known key (did you mean only?)"),
    ("judge = {only = ['scren']}", "judge.only names 'scren' (did you mean screen?)"),
    ("judge = {without = 'screen'}", "judge.without is not a list"),
    ("judge = {collapse = {budgte = 1}}", "judge.collapse.budgte is not a known key (did you mean budget?)"),
    ("judge = {collapse = {budget = 'x'}}", "judge.collapse.budget is str, not int"),
    ("judge = {near_duplicate = nan}", "judge.duplicates.near is nan"), ("dataset = 'a/b'", "a/b"),
    ("dataset = 'a@0123456789abcdef'", "version"),
    ("source = [{where = 'x', claim = 'humans', by = 'me'}]", "humans"),
    ("source = [{where = 'x', claim = [1]}]", "source[0].claim is list"),
    ("source = [{where = 'x', claim = 'human'}]", "names nobody"),
    ("source = [{where = 'x', by = 'me'}]", "claims nothing"),
    ("source = [{where = 'x', languages = ['cobl']}]", "did you mean cobol?"),
    ("source = [{where = 'x', paths = [1]}]", "source[0].paths is not a list of texts"),
    ("source = [{where = 'x', max_bytes = 0}]", "not a size"), ("source = [{rev = 'x'}]", "source[0].where is missing"),
    ("nmae = 'x'", "did you mean name?")])
def test_a_mistake_is_named(tmp_path, change, told):
    key = change.split(" ")[0]
    lines = [] if key == "nmae" else [change]
    base = {"name": 'name = "demo"', "policy": 'policy = "sample"', "source": 'source = [{where = "payroll"}]'}
    lines += [line for name, line in base.items() if name != key]
    with pytest.raises(PolicyError) as caught:
        read(tmp_path, "\n".join([*lines, change] if key == "nmae" else lines))
    assert told in str(caught.value) and "Next:" in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"name =", b"\xff\xfe", b"name = 'a'\nname = 'b'", b"[" * 2000])
def test_what_is_no_toml_or_nothing_is_refused(tmp_path, data):
    with pytest.raises(PolicyError, match=r"corpus\.toml"):
        read(tmp_path, data)
    with pytest.raises(PolicyError):
        read_build(tmp_path)
    with pytest.raises(PolicyError):
        read_build(tmp_path / "absent.toml")


VALUES = st.recursive(
    st.one_of(st.integers(-5, 5), st.booleans(), st.floats(), st.sampled_from(["", "human", "x", "sample", "a@b"])),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(
        st.sampled_from(["where", "claim", "by", "languages", "paths", "max_bytes", "transforms", "train", "seed"]),
        inner, max_size=3)), max_leaves=6)
KEYS = st.sampled_from(["name", "dataset", "policy", "source", "augment", "judge", "splits", "other"])


@settings(max_examples=150)
@given(value=st.dictionaries(KEYS, VALUES, max_size=6))
def test_no_value_of_any_shape_gives_a_stack(tmp_path, monkeypatch, value):
    monkeypatch.setattr("provenance.pipeline.build.tomllib.loads", lambda text: value)
    try:
        assert isinstance(read(tmp_path, GOOD), Build)
    except ProvenanceError as error:
        assert "corpus.toml" in str(error)


MODELS = """name = "x"
policy = "sample"
[[source]]
where = "payroll"
[[model]]
name = "coder"
address = "http://127.0.0.1:8080/v1"
model = "coder-7b"
licence = "Apache-2.0"
token_budget = 1000
served_as = ["coder"]
"""


def test_models_jobs_and_a_match_are_read(tmp_path):
    path = tmp_path / "build.toml"
    path.write_text(MODELS + """
[[generate]]
mode = "translate"
model = "coder"
target = "rexx"
languages = ["cobol"]
temperature = 0.2
stop = ["END"]
[[generate]]
skeletons = ["report"]
per_copybook = 2
seed = 9
[adversarial]
game = "task"
rounds = 4
stop_yield = 0.1
max_tokens = 99
[augment]
seed = 5
per_program = 3
[mix]
per_root = 4
weights = { java = 0.5 }
""")
    build = read_build(path)
    translating, filling = build.generating
    assert (translating.job.mode, translating.job.target, translating.job.languages) == ("translate", "rexx", ("cobol",))
    assert (translating.job.sampling.temperature, translating.job.sampling.stop, translating.seed) == (0.2, ("END",), 5)
    assert (translating.model.model, translating.model.limits.token_budget, translating.model.served_as) == (
        "coder-7b", 1000, ("coder",))
    assert (filling.skeletons, filling.per_copybook, filling.seed, filling.job) == (("report",), 2, 9, None)
    # One model needs no name, and plays both parts.
    assert build.playing.proposer == build.playing.solver == translating.model
    assert (build.playing.match.game, build.playing.match.rounds, build.playing.match.solving.max_tokens) == ("task", 4, 99)
    assert (build.per_program, build.mixture.per_root, dict(build.mixture.weights)) == (3, 4, {"java": 0.5})


@pytest.mark.parametrize(("more", "said"), [
    ('[[generate]]\nmode = "sonnet"', "sonnet: is not a mode of generation"),
    ('[[generate]]\nmode = "version"\nmodel = "other"', "generate[0].model names 'other', which is no [[model]]"),
    ('[[generate]]\nmode = "version"\nskeletons = ["report"]', "generate[0] has both a mode and skeletons"),
    ('[[generate]]\nskeletons = ["castle"]', "generate[0].skeletons names 'castle'"),
    ('[[generate]]\nmode = "translate"', "target is missing"),
    ('[[generate]]\nmode = "version"\nsamples = 0', "samples is 0, below 1"),
    ('[[generate]]\nmode = "version"\ntemprature = 1', "generate[0].temprature is not a known key (did you mean temperature?)"),
    ('[[model]]\nname = "coder"\naddress = "http://127.0.0.1/v1"', "model[1] is called 'coder' like another one"),
    ('[[model]]\nname = "two"', "model[1] has no address"),
    ('[[model]]\nname = "two"\naddress = "http://127.0.0.1/v1"\nconcurrency = 0', "model[1]"),
    ('[[generate]]\nseed = 1', "generate[0] needs a mode or skeletons"),
    ('[[generate]]\nmode = "version"\ntemperature = -3.0\nmax_tokens = 0', "max_tokens is 0, not 1 or more; temperature is -3.0"),
    ('[adversarial]\ntop_p = 2.0', "top_p is 2.0, not above 0"),
    ('[adversarial]\ngame = "chess"', "chess: is not a game"),
    ('[adversarial]\nsolver = "other"', "adversarial.solver names 'other'"),
    ('[adversarial]\nkeep_at_most = 2', "keep_at_most is 2, not in 0..1"),
    ('[mix]\nper_root = -1', "mix.per_root"),
    ('[mix.weights]\njava = 2.0', "mix.weights.java"),
    ('[mix.weights]\njavva = 0.5', "mix.weights names 'javva' (did you mean java?)"),
    ('[augment]\nper_program = -1', "augment.per_program is below 0"),
])
def test_mistakes_about_making_are_named(tmp_path, more, said):
    path = tmp_path / "build.toml"
    path.write_text(MODELS + more)
    with pytest.raises(PolicyError) as error:
        read_build(path)
    assert said in str(error.value)


def test_a_prompt_of_ones_own_is_found_beside_the_file(tmp_path):
    import provenance.steps.generate as room

    shipped = (Path(room.__file__).parent / "prompts" / "version@1.toml").read_text("utf-8")
    (tmp_path / "mine.toml").write_text(shipped.replace('version = "1"', 'version = "mine"'))
    path = tmp_path / "build.toml"
    path.write_text(MODELS + '[[generate]]\nmode = "version"\nprompt = "mine.toml"')
    assert read_build(path).generating[0].job.prompt == str(tmp_path / "mine.toml")
