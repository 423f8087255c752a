"""What a model is asked about, and what is shown to it besides: subjects, tests that people wrote, examples.

Everything is drawn from the batches that the caller names, by seed and content, so that the same ledger gives the same
prompts; what is shown becomes a parent. Texts are read a batch at a time and kept for a few batches.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path

from provenance.errors import PolicyError
from provenance.ledger import Ledger
from provenance.model.identity import BatchId, Digest, RecordId
from provenance.model.origin import OriginClass
from provenance.model.record import Record
from provenance.pipeline.masking import stood_in_for
from provenance.pipeline.shelf import Library
from provenance.steps.generate.mode import Mode, Shown, Subject
from provenance.steps.generate.screen import secret_in
from provenance.steps.generate.template import Template, parse_template
from provenance.steps.oracles import File, oracles_of

#: Which task a file belongs to: the folder's name, in whatever repository, is the task's. Source: exercism's tracks.
TASKS = r"(?:^|/)exercises/(?:practice|concept)/([^/]+)/"
#: Files that are tests by their path, whatever their extension says.
TESTS = re.compile(r"(?:^|/)(?:test|tests|tst)/|(?:Test|Tests|_test|-test|-check|\.testclasses)\.\w+$")
#: Longest example, in bytes; an example is to be read, not to fill the prompt.
EXAMPLE_BYTES = 6_000
#: Examples that are held ready for one language.
_POOL = 32


def read_prompt(reference: str, mode: Mode) -> Template:
    """A template that ships (``version@1``; without its version the only one there is), or a file of your own by path.

    Raises:
        PolicyError: there is none, it has mistakes (all are named), or it is for another mode.
    """
    shipped = files("provenance.steps.generate") / "prompts"
    known = sorted(item.name.removesuffix(".toml") for item in shipped.iterdir() if item.name.endswith(".toml"))
    wanted = reference or mode.prompt
    if wanted.endswith(".toml") or "/" in wanted:
        try:
            data = Path(wanted).expanduser().read_bytes()
        except OSError as error:
            raise PolicyError(wanted, f"cannot be read: {error.strerror or error}", "check the path") from error
    else:
        named = [name for name in known if name == wanted or name.split("@")[0] == wanted]
        if len(named) != 1:
            raise PolicyError(wanted, "is not a template that ships",
                              f"use one of {', '.join(known)}, or give the path of a file ending in .toml")
        data = (shipped / f"{named[0]}.toml").read_bytes()
    template = parse_template(data, wanted, mode.placeholders)
    if template.mode != mode.name:
        raise PolicyError(wanted, f"is a template for the mode {template.mode}, not for {mode.name}",
                          f"use --mode {template.mode}, or another template")
    return template


@dataclass(frozen=True, slots=True)
class Choice:
    """Which records of a batch are asked about.

    Attributes:
        languages: only these; all where empty.
        target: language of the answers; empty: each subject's own.
        most: at most so many of a batch, drawn by seed; 0: all.
        shown: examples for each subject.
        tasks: pattern with one group, see `TASKS`.
        seed: draws subjects and examples.
    """

    languages: tuple[str, ...] = ()
    target: str = ""
    most: int = 0
    shown: int = 0
    tasks: str = TASKS
    seed: int = 0


class Reader:
    """Subjects of some batches, with what is shown besides."""

    def __init__(self, ledger: Ledger, batches: Iterable[BatchId], mode: Mode, choice: Choice) -> None:
        self._ledger, self._batches = ledger, tuple(dict.fromkeys(batches))
        self._mode, self._choice = mode, choice
        self._task = re.compile(choice.tasks)
        self.left_out = stood_in_for(ledger, self._batches)

        @lru_cache(maxsize=8)
        def read(number: int) -> list[Record]:
            return ledger.records(BatchId(number))

        self._records = read
        self._pools: dict[str, list[Shown]] = {}

    def subjects(self, batch: BatchId, library: Library) -> list[Subject]:
        """The subjects of one batch, in order of row."""
        choice, mode = self._choice, self._mode
        wanted = set(choice.languages)
        if wanted and not wanted & set(self._ledger.require(batch).summary.get("languages", {})):
            return []
        chosen = [(RecordId(batch.number, row), record) for row, record in enumerate(self._records(batch.number))
                  if record.kind in mode.subjects and (not wanted or record.language in wanted)
                  and not (mode.needs_language and record.language == choice.target) and not _is_test(record)
                  and RecordId(batch.number, row) not in self.left_out]
        if choice.most and len(chosen) > choice.most:
            drawn = sorted(chosen, key=lambda it: (self._rank(it[1].content), it[0]))[:choice.most]
            chosen = sorted(drawn, key=lambda it: it[0])
        return [self._subject(record_id, record, library) for record_id, record in chosen]

    def _subject(self, record_id: RecordId, record: Record, library: Library) -> Subject:
        members = library.members_of(record.text, record.language)
        copied = {found.record_id: found for found in (Shown(*library.record_of(text)) for text in members.values())}
        language = self._choice.target or record.language
        key = self._key(record)
        # Of COBOL only what it copies, with the records for the edges; of others whatever lies beside it, as `verify` sees it.
        beside = members if record.language == "cobol" else dict(library.around(record_id, record.text))
        return Subject(record_id, record, beside, tuple(copied[each] for each in sorted(copied)),
                       self._tests_of(record_id, record, language, key), self._examples(record, language, key))

    def _tests_of(self, record_id: RecordId, record: Record, language: str, key: str) -> tuple[Shown, ...]:
        """Tests that lie where a program's tests lie, and those of its task in the two languages."""
        if record.source is None:
            return ()
        found = {file.record: Shown(file.record, self._records(file.record.batch)[file.record.row])
                 for file in self._oracles.get(record_id, ())}
        found |= {test.record_id: test for at, test in (self._tests if key else ())
                  if at == key and test.record.language in (language, record.language)}
        return tuple(found[each] for each in sorted(found))

    @cached_property
    def _oracles(self) -> dict[RecordId, tuple[File, ...]]:
        """Program -> its tests, by where projects put them; within one repository."""
        files: dict[str, list[File]] = {}
        for batch in sorted(self._batches):
            manifest = self._ledger.require(batch)
            if not manifest.rows("sources"):
                continue
            known = self._ledger.table(manifest, "records").select(["language", "kind"]).to_pylist()
            for row in self._ledger.table(manifest, "sources").select(["row", "repository", "path"]).to_pylist():
                files.setdefault(row["repository"], []).append(File(
                    RecordId(batch.number, row["row"]), row["path"], known[row["row"]]["language"], known[row["row"]]["kind"]))
        return {program: tests for each in files.values() for program, tests in oracles_of(each).items()}

    def _key(self, record: Record) -> str:
        found = self._task.search(record.source.path) if record.source else None
        return found[1] if found else ""

    @cached_property
    def _tests(self) -> list[tuple[str, Shown]]:
        """Every test of a task that came with a repository, by task, in order of id."""
        return [(key, Shown(RecordId(batch.number, row), record)) for batch in sorted(self._batches)
                if self._ledger.require(batch).records for row, record in enumerate(self._records(batch.number))
                if record.source is not None and _is_test(record) and RecordId(batch.number, row) not in self.left_out
                and (key := self._key(record))]

    def _examples(self, record: Record, language: str, key: str) -> tuple[Shown, ...]:
        if not self._choice.shown:
            return ()
        # Not the subject, nor another answer to its task: that would be the answer, not an example.
        fit = [shown for shown in self._pool(language) if shown.record.content != record.content
               and not (key and self._key(shown.record) == key)]
        fit.sort(key=lambda shown: (self._rank(record.content, shown.record.content), shown.record_id))
        return tuple(fit[:self._choice.shown])

    def _pool(self, language: str) -> list[Shown]:
        if language not in self._pools:
            places: list[tuple[str, int, int]] = []
            for batch in self._batches:
                manifest = self._ledger.require(batch)
                if not manifest.records or language not in manifest.summary.get("languages", {language: 1}):
                    continue
                table = self._ledger.table(manifest, "records").select(
                    ["row", "language", "kind", "origin", "bytes", "content_sha256"])
                places += [(self._rank(Digest(row["content_sha256"])), batch.number, row["row"]) for row in table.to_pylist()
                           if row["language"] == language and row["kind"] == "program" and row["origin"] == OriginClass.HUMAN
                           and 0 < row["bytes"] <= EXAMPLE_BYTES]
            self._pools[language] = list(self._clean(sorted(places)))
        return self._pools[language]

    def _clean(self, places: Sequence[tuple[str, int, int]]) -> Iterable[Shown]:
        seen: set[Digest] = set()
        for _, number, row in places:
            record = self._records(number)[row]
            if record.content in seen or _is_test(record) or RecordId(number, row) in self.left_out or secret_in(record.text):
                continue
            seen.add(record.content)
            yield Shown(RecordId(number, row), record)
            if len(seen) >= _POOL:
                return

    def _rank(self, *contents: Digest) -> str:
        return Digest.of_json([self._choice.seed, *(content.hex for content in contents)]).hex


def _is_test(record: Record) -> bool:
    return record.kind == "test" or bool(record.source and TESTS.search(record.source.path))


def read_besides(subjects: Iterable[Subject]) -> set[BatchId]:
    """The batches of everything that stands by some subjects."""
    return {shown.record_id.batch_id for subject in subjects
            for shown in (*subject.copied, *subject.tests, *subject.examples)}


def besides_digest(subjects: Iterable[Subject]) -> str:
    """One digest over what stands by each subject, for the recipe; empty where nothing does."""
    named = [[str(subject.record_id), *(str(shown.record_id) for shown in (*subject.copied, *subject.tests, *subject.examples))]
             for subject in subjects]
    return str(Digest.of_json(named)) if any(len(each) > 1 for each in named) else ""
