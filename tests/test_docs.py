"""Undocumented means failing: what a user can type, meet or look up is on a page, and no page names what is absent."""

from __future__ import annotations

import argparse
import ast
import dataclasses
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provenance import errors, lineage
from provenance.cli.main import parser
from provenance.gate.policy_keys import KEYS
from provenance.gate.rules import RULES
from provenance.ledger import codec
from provenance.lineage.catalogue import names_of
from provenance.model.origin import EvidenceGrade, OriginClass
from provenance.model.verdict import Outcome
from provenance.pipeline import build, build_making
from provenance.pipeline.judges import JUDGES, load
from provenance.pipeline.recalling import KINDS
from provenance.steps.augment import ALL

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PACKAGE = ROOT / "provenance"
PAGES = sorted(DOCS.rglob("*.md"))
TOP = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
ALL_PAGES = [*PAGES, *sorted((ROOT / "spec").rglob("*.md")), *(page for page in TOP if page.exists())]
EVERYTHING = "\n".join(page.read_text("utf-8") for page in PAGES)
#: Variables that every program reads; nothing of ours.
_COMMON = {"PATH", "HOME"}
_ACTIONS = parser()._subparsers
assert _ACTIONS is not None
VERBS: dict[str, argparse.ArgumentParser] = dict(_ACTIONS._group_actions[0].choices or {})  # type: ignore[arg-type]


def _page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text("utf-8")


def _named(names: Iterator[str] | list[str] | tuple[str, ...], text: str) -> list[str]:
    """Which of these do not stand in code style (alone or with more around them) in a text."""
    code = " ".join(re.findall(r"`+([^`]+)`+", text))
    return [name for name in names if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", code)]


def _section(text: str, heading: str) -> str:
    return text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def _relative(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _fences(text: str) -> Iterator[tuple[str, str]]:
    """(language, content) of each fenced block."""
    yield from re.findall(r"^```(\w*)[^\n]*\n(.*?)^```", text, re.M | re.S)


def _slugs(text: str) -> set[str]:
    plain = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    titles = re.findall(r"^#+ (.+)$", plain, re.M)
    return {re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", title.lower()).strip()) for title in titles}


# -- what a user types ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_and_option_is_on_the_page(verb: str) -> None:
    page = _page("cli")
    section = _section(page, f"`{verb}`") + _section(page, "Common options")
    words = []
    actions = list(VERBS[verb]._actions)
    for action in actions:
        if isinstance(action, argparse._SubParsersAction):
            actions += [inner for sub in action.choices.values() for inner in sub._actions]
    for action in actions:
        words += [option for option in action.option_strings if option.startswith("--")]
        if not action.option_strings and action.choices:
            words += [str(choice) for choice in action.choices]
    assert [word for word in words if not re.search(rf"(?<![\w-]){word}(?![\w-])", section)] == []


def test_the_page_has_no_verb_that_is_not_there() -> None:
    headings = set(re.findall(r"^## `([a-z-]+)`$", _page("cli"), re.M))
    assert headings == set(VERBS)


def _commands() -> Iterator[tuple[str, str]]:
    for page in ALL_PAGES:
        for language, block in _fences(page.read_text("utf-8")):
            if language not in {"", "console", "sh", "bash", "shell"}:
                continue
            for line in block.replace("\\\n", " ").splitlines():
                found = re.match(r"(?:\$ )?((?:[A-Z_]+=\S+ )*)((?:\S*/)?provenance|python -m provenance\S*) (.+)", line)
                if found:
                    yield _relative(page), found[3]


@pytest.mark.parametrize(("page", "command"), sorted(set(_commands())))
def test_every_command_on_a_page_is_one_that_the_program_takes(page: str, command: str,
                                                               capsys: pytest.CaptureFixture[str]) -> None:
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.commenters, lexer.whitespace_split = "#", True
    words: list[str] = []
    for word in lexer:
        if set(word) <= set("|&;<>"):
            break
        words.append(word)
    if words and words[0].startswith("-"):
        return
    assert words[0] in VERBS, f"{page}: provenance {words[0]}"
    if any(word in {"...", "…", "["} or word.startswith("[") for word in words):
        return  # a synopsis, not a command
    try:
        parser().parse_args([word.replace("(", "").replace(")", "") for word in words])
    except SystemExit as end:
        pytest.fail(f"{page}: provenance {command}\n{capsys.readouterr().err}") if end.code else None


def test_every_environment_variable_is_on_a_page() -> None:
    read = set()
    for path in [*PACKAGE.rglob("*.py"), *(ROOT / "dags").glob("*.py")]:
        text = path.read_text("utf-8")
        read |= set(re.findall(r"environ(?:\.\w+\(|\[)\s*\"([A-Z_]+)\"", text))
        read |= set(re.findall(r"\bPROVENANCE_[A-Z_]+\b", text))
    assert _named(sorted(read - _COMMON), EVERYTHING) == []


def test_no_page_names_a_variable_that_nothing_reads() -> None:
    code = "\n".join(path.read_text("utf-8") for folder in (PACKAGE, ROOT / "dags", ROOT / "scripts")
                     for path in folder.rglob("*.py"))
    told = set(re.findall(r"\bPROVENANCE_[A-Z_]+\b", "\n".join(page.read_text("utf-8") for page in ALL_PAGES)))
    assert sorted(name for name in told if name not in code) == []


# -- what a user meets ---------------------------------------------------------------------------------------------


def test_every_question_is_on_a_page() -> None:
    assert _named(lineage.names(), _page("sql")) == []


@pytest.mark.parametrize("question", lineage.names())
def test_every_parameter_of_a_question_is_on_its_page(question: str) -> None:
    rows = [line for line in _page("sql").splitlines() if f"`{question}`" in line or f"@{question}" in line]
    parameters = [param.name for param in lineage.load(question).params]
    assert [name for name in parameters if not any(re.search(rf"\b{name}\b", row) for row in rows)] == []


@pytest.mark.parametrize("view", names_of("views"))
def test_every_view_and_column_is_on_the_page(view: str, tmp_path: Path) -> None:
    rows = [line for line in _page("sql").splitlines() if line.startswith(f"| `{view}`")]
    assert rows, view
    with lineage.Lens(lineage_ledger(tmp_path)) as lens:
        columns = lens.query(f"SELECT * FROM {view} LIMIT 0").columns
    assert [name for name in columns if not re.search(rf"\b{name}\b", rows[0])] == []


def lineage_ledger(folder: Path):
    from provenance.ledger import Ledger

    return Ledger.init(folder / "corpus")


def test_every_transform_has_a_section() -> None:
    titles = re.findall(r"^#{2,3} (.*`.*)$", _page("transforms"), re.M)
    headings = {name for title in titles for name in re.findall(r"`([a-z][a-z-]+)`", title)}
    assert {transform.name for transform in ALL} == headings


@pytest.mark.parametrize("transform", ALL, ids=lambda transform: transform.name)
def test_every_option_of_a_transform_is_on_the_page(transform) -> None:
    assert _named(list(transform.params()), _page("transforms")) == []


def test_every_rule_of_the_gate_is_on_the_page() -> None:
    assert _named([rule.__name__.removeprefix("rule_") for rule in RULES], _page("gate")) == []


def test_every_key_of_a_policy_is_on_the_page() -> None:
    assert _named([key.path for key in KEYS], _page("gate")) == []


def test_every_policy_that_ships_is_on_a_page() -> None:
    shipped = [path.stem for path in (ROOT / "policies").glob("*.toml")]
    assert _named(sorted(shipped), _page("build")) == []


def test_every_key_of_a_build_file_is_on_the_page() -> None:
    page = _page("build")
    tables = {"source", "augment", "mask", "judge", "splits", "mix", "model", "generate", "adversarial"}
    assert _named([key for key in build._TOP if key not in tables], page) == []
    for heading, keys in (("[[source]]", build._SOURCE), ("[augment]", build._AUGMENT), ("[mix]", build._MIX),
                          ("[mask]", build._MASK)):
        assert set(_columns(_table_of(page, heading))) == set(keys)
    for heading, keys in (("[[model]]", build_making.MODEL), ("[[generate]]", build_making.GENERATE)):
        assert _named(list(keys), _table_of(page, heading)) == []
    assert _named(list(build_making.ADVERSARIAL), _page("adversarial")) == []


#: Judge -> its page, where that has another name.
JUDGES_PAGES = {"screen": "screening", "poison": "poisoning", "collapse": "novelty", "origin": "detector"}


@pytest.mark.parametrize("name", JUDGES)
def test_every_check_and_setting_of_a_judge_is_on_its_page(name: str) -> None:
    judge, page = load(name), _page(JUDGES_PAGES.get(name, name))
    assert _named([*judge.CHECKS, *(field.name for field in dataclasses.fields(judge.Settings))], page) == []
    assert _named([name, *judge.CHECKS], _page("judge")) == []


def _table_of(page: str, heading: str) -> str:
    return page.split(f"\n### `{heading}`\n", 1)[1].split("\n### ", maxsplit=1)[0].split("\n## ", maxsplit=1)[0]


def _columns(section: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)` \|", section, re.M)


def test_every_error_is_on_a_page() -> None:
    known = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
    for path in PACKAGE.rglob("*.py"):
        if "testing" not in path.parts:
            ours = "|".join(name for name in vars(errors) if name[0].isupper())
            known |= set(re.findall(rf"^class (\w+)\((?:{ours})\):", path.read_text("utf-8"), re.M))
    assert _named(sorted(known), _page("cli")) == []


def test_every_class_grade_and_outcome_is_on_a_page() -> None:
    assert _named([*OriginClass, *(grade.name for grade in EvidenceGrade), *Outcome], _page("concepts")) == []


def test_every_kind_of_recall_is_on_the_page() -> None:
    assert [kind for kind in KINDS if f"`--{kind}`" not in _section(_page("cli"), "`recall`")] == []


def test_every_suite_is_on_the_page() -> None:
    assert _named(sorted(path.stem for path in (ROOT / "expectations").glob("*.json")), _page("expectations")) == []


@pytest.mark.parametrize("schema", sorted((ROOT / "spec" / "facets").glob("*.json")), ids=lambda path: path.stem)
def test_every_facet_and_field_is_on_the_page(schema: Path) -> None:
    value = json.loads(schema.read_text("utf-8"))
    key = next(name for name in value["properties"])
    fields = [name for part in value["$defs"][schema.stem]["allOf"] for name in part.get("properties", ())]
    assert _named([key, *fields], _page("events")) == []


def test_every_table_of_the_ledger_is_on_a_page() -> None:
    assert _named(list(codec.SCHEMAS), _page("ledger")) == []


def _codes(path: Path, called: str) -> Iterator[str]:
    """The codes of the reasons that a module gives to ``called``: the text before the first ":" of a literal."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == called and node.args:
            yield from _literal(node.args[0])


def _returned(path: Path, function: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name == function:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return) and inner.value is not None:
                    yield from _literal(inner.value)


def _literal(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _literal(node.body)
        yield from _literal(node.orelse)
        return
    first = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else node
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        code = first.value.split(":", 1)[0].strip()
        if re.fullmatch(r"[a-z][a-z0-9-]+", code):
            yield code


def test_every_refusal_of_a_transform_is_on_the_page() -> None:
    codes = {code for path in (PACKAGE / "steps" / "augment").glob("*.py") for code in _codes(path, "Refusal")}
    assert codes
    assert _named(sorted(codes), _page("transforms")) == []


def test_every_refusal_of_ingest_is_on_the_page() -> None:
    from provenance.steps.ingest.ingest import _AT_FAULT

    codes = set(_returned(PACKAGE / "steps" / "ingest" / "screens.py", "before_reading")) | _AT_FAULT
    assert len(codes) > 8
    assert _named(sorted(codes), _page("ingest")) == []


# -- what a page says ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ALL_PAGES, ids=_relative)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.M | re.S)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in _slugs(there.read_text("utf-8"))):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", ALL_PAGES, ids=_relative)
def test_pages_that_are_named_exist(page: Path) -> None:
    named = re.findall(r"`((?:docs|spec|policies|expectations|scripts|dags|provenance|samples)/[\w./-]+\.\w+)`",
                       page.read_text("utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_pages_that_the_code_names_exist() -> None:
    named = {name for folder in (PACKAGE, ROOT / "dags", ROOT / "policies", ROOT / "spec") for path in folder.rglob("*")
             if path.suffix in {".py", ".sql", ".toml", ".json"} for name in re.findall(
                 r"(?<![\w./])((?:docs|spec)/[\w./-]+\.(?:md|json))\b", path.read_text("utf-8"))}
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


@pytest.mark.parametrize("page", ALL_PAGES, ids=_relative)
def test_python_on_a_page_imports_what_is_there(page: Path) -> None:
    for language, block in _fences(page.read_text("utf-8")):
        if language != "python":
            continue
        # Only the imports: the rest may have "..." where the reader's own things go.
        one_line, several = r"(?:from provenance[\w.]* )?import [^(#\n]+", r"from provenance[\w.]* import \([^)]+\)"
        for statement in re.findall(rf"^ *({one_line}|{several})", block, re.M):
            exec(statement, {})


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    # Without --quiet: with it mkdocs 1.6 does not see its own warnings, and --strict fails on nothing.
    build_site = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(tmp_path / "site")]
    done = subprocess.run(build_site, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
