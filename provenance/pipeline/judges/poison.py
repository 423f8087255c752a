"""Is a record one of those that poison a model? Two checks: ``poisoning`` over texts, ``source_limit`` over who brought them.

    poison.judge(context, batches, poison.Settings(allow=("example.org",), trusted=("payroll",)))

``poisoning`` holds each record against its parents and all of them against each other: calls, hosts and packages that a
child has and its parents and the human corpus lack, payloads, text that speaks to a model, and runs of words that one
source or model brings again and again. ``source_limit`` says where nobody looked (`provenance.pipeline.source_limit`).

It refuses to say that a record is harmless: a weakness that looks like ordinary code is found by no rule here. A static
analyser is a check of its own. It strips and changes nothing.
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache

from provenance.errors import PolicyError
from provenance.ledger import Ledger
from provenance.model.identity import BatchId, Digest, RecordId
from provenance.model.verdict import Verdict
from provenance.pipeline.context import Context
from provenance.pipeline.families import Families
from provenance.pipeline.judge_step import judge_whole
from provenance.pipeline.run_step import Made, StepResult
from provenance.pipeline.source_limit import source_limit
from provenance.pipeline.specimens import Cabinet, specimens_of
from provenance.steps import poison, shingles
from provenance.steps.poison.bursts import STAGES, WIDTH, Limits, Search, Sheet, of_grams
from provenance.steps.poison.limits import Quota
from provenance.steps.poison.look import Look, look
from provenance.steps.poison.reading import unwrapped
from provenance.steps.poison.weigh import Found, Ground, verdict_of, weigh
from provenance.steps.specimen import Specimen

CHECKS = ("poisoning", "source_limit")
VERSION = "1"
#: Texts hashed at once.
_SHEETS = 256
#: The tokens of `shingles`, as text; a long one is not shown, for it may be a secret.
_WORD = re.compile(r"(?:[A-Za-z0-9_\u0080-\U0010ffff]+-?)+|[^\s\0A-Za-z0-9_\u0080-\U0010ffff]")
_LONG, _SHOWN = 24, 80


@dataclass(frozen=True, slots=True)
class Settings:
    """What the judge holds records to; `docs/poisoning.md` says why.

    Attributes:
        allow: hosts, packages and programs that are no news (a host or package with all below it).
        strict: what is new in a child (reach, hosts, packages, payloads, lost checks) fails and is not only warned of.
        evidence: least grade of evidence with which a human root's names are known to all.
        burst: families of one source or model that bring the same run of words; burst_words: words in it that stand
            nowhere else; burst_longest: most tokens of it; burst_odds: logarithm of the odds against chance.
        pairs: instructions of different families with one completion.
        table_bits: size of the table of counters, 2**bits bytes (two of them).
        unreviewed, reviewed, rejected: records without review, reviews that are enough, rejections that are borne.
        trusted: sources, models and authors that neither limits nor bursts are said of.
        signed: whether records signed by an allow-listed key (E3) count as reviewed.
    """

    allow: tuple[str, ...] = ()
    strict: bool = False
    evidence: int = 1
    burst: int = 30
    burst_words: int = 2
    burst_longest: int = 100
    burst_odds: float = 3.0
    pairs: int = 10
    table_bits: int = 24
    unreviewed: int = 100
    reviewed: int = 10
    rejected: int = 0
    trusted: tuple[str, ...] = ()
    signed: bool = False

    def __post_init__(self) -> None:
        for name, least, most in (("evidence", 0, 5), ("burst", 3, 250), ("burst_words", 0, 100),
                                  ("burst_longest", WIDTH, 10_000), ("pairs", 2, 1_000_000),
                                  ("table_bits", 10, 32), ("unreviewed", 0, 10**9),
                                  ("reviewed", 0, 10**9), ("rejected", 0, 10**9)):
            if not least <= getattr(self, name) <= most:
                raise PolicyError(f"judge.poison.{name}", f"is {getattr(self, name)}", f"give a number of {least}..{most}")
        if not 0 < self.burst_odds < 20:
            raise PolicyError("judge.poison.burst_odds", f"is {self.burst_odds}", "give a number above 0 and below 20")
        for name in ("allow", "trusted"):
            if any(not each.strip() for each in getattr(self, name)):
                raise PolicyError(f"judge.poison.{name}", "holds an empty name", "take it out: it names nothing")


def judge(context: Context, batches: Sequence[BatchId], settings: Settings) -> StepResult:
    """Both checks over all records of some batches.

    Raises:
        LedgerCorrupt: a batch or a parent is absent or altered.
    """
    ledger = context.ledger
    said = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(settings).items()
            if name not in {"unreviewed", "reviewed", "rejected", "signed"}}
    params = {"check": "poisoning", **said, "algorithm": poison.VERSION, "shingles": shingles.VERSION, "width": WIDTH}
    beside = {parent for batch in batches for parent in ledger.require(batch).recipe.parents if ledger.require(parent).records}
    texts = judge_whole(context, "poison", VERSION, batches, params, lambda chosen: _Whole(ledger, chosen, settings).speak,
                        beside)
    quota = Quota(settings.unreviewed, settings.reviewed, settings.rejected)
    brought = source_limit(context.child("source-limit"), batches, quota, settings.trusted, settings.signed, VERSION)
    return replace(texts, batches=texts.batches + brought.batches, made=texts.made + brought.made,
                   adopted=texts.adopted + brought.adopted, verdicts=texts.verdicts + brought.verdicts,
                   seconds=texts.seconds + brought.seconds, making=texts.making + brought.making,
                   inspecting=texts.inspecting + brought.inspecting)


class _Whole:
    """All records together: what people's texts name, which runs burst; then each record by itself."""

    def __init__(self, ledger: Ledger, chosen: Sequence[BatchId], settings: Settings) -> None:
        self._ledger, self._chosen, self._settings = ledger, chosen, settings
        self._cabinet, self._families = Cabinet(ledger), Families(ledger)
        self._look = lru_cache(maxsize=8192)(self._look_at)
        self._ground = Ground(settings.allow)
        self._groups: dict[tuple[str, str, str], int] = {}
        #: By number of sheet.
        self._batches, self._rows = array("q"), array("i")
        self._said: dict[RecordId, list[Found]] = defaultdict(list)
        self._survey()
        self._search = self._bursts()

    def speak(self, batches: Sequence[BatchId]) -> Made:
        """One verdict for each record."""
        return Made({}, [self._verdict(specimen) for batch in batches for specimen in specimens_of(self._ledger, batch)])

    def _verdict(self, specimen: Specimen) -> Verdict:
        mine = look(specimen.text, specimen.language, specimen.kind)
        parents = [self._look(parent.record) for parent in specimen.parents]
        found = weigh(mine, parents, specimen.made and bool(specimen.parents or specimen.model), self._ground)
        found += self._said.get(specimen.record, [])
        key = self._group_of(specimen)
        unjudged = ["trigger-burst"] if key and not self._search.grounded(self._groups[key]) else []
        outcome, reason, value = verdict_of(found, self._settings.strict, {"unjudged": unjudged})
        return Verdict("poisoning", outcome, specimen.record, value=value, reason=reason, tool="corpus-provenance",
                       tool_version=poison.VERSION)

    def _look_at(self, record: RecordId) -> Look:
        specimen = self._cabinet.of(record)
        return look(specimen.text, specimen.language, specimen.kind)

    def _survey(self) -> None:
        """One reading of all: names that people use, groups, and completions that many instructions share."""
        pairs: dict[tuple[tuple[str, str, str], str], list[tuple[RecordId, RecordId]]] = defaultdict(list)
        for batch in self._chosen:
            for specimen in specimens_of(self._ledger, batch):
                if not specimen.made:
                    self._ground.shelve(specimen.language, specimen.name)
                if specimen.human and not specimen.made and specimen.evidence >= self._settings.evidence:
                    self._ground.learn(look(specimen.text, specimen.language, specimen.kind))
                key = self._group_of(specimen)
                if key:
                    self._groups.setdefault(key, len(self._groups))
                if key and specimen.kind == "instruction_pair":
                    completion = Digest.of(unwrapped(specimen.text, specimen.kind)[0].encode("utf-8", "surrogatepass")).hex[:16]
                    pairs[key, completion].append((self._families.root_of(specimen.record), specimen.record))
        for (key, _), some in pairs.items():
            families = len({root for root, _ in some})
            if families >= self._settings.pairs and key[1] not in self._settings.trusted:
                said = f"{families} instructions of {key[0]} {key[1]} have one completion"
                for _, record in some:
                    self._said[record].append(Found("pair-burst", said))

    def _group_of(self, specimen: Specimen) -> tuple[str, str, str] | None:
        """Whose habits a record shows: its model's, if one was asked for it; a root's source's. A rule's child has none."""
        if specimen.model:
            return "generator", specimen.model, specimen.language
        if specimen.parents or specimen.made:
            return None
        if specimen.generators:
            return "generator", specimen.generators[0], specimen.language
        return ("source", specimen.sources[0], specimen.language) if specimen.sources else None

    def _bursts(self) -> Search:
        settings = self._settings
        limits = Limits(least=settings.burst, odds=settings.burst_odds, longest=settings.burst_longest,
                        words=settings.burst_words, bits=settings.table_bits)
        keys = list(self._groups)
        search = Search([f"{kind} {name}: {language}" for kind, name, language in keys], [key[2] for key in keys], limits)
        for stage in STAGES:
            for sheet in self._sheets(note=stage == STAGES[0]):
                search.feed(stage, sheet)
            search.finish(stage)
        for burst in search.bursts:
            if keys[burst.group][1] in settings.trusted:
                continue
            records = [RecordId(self._batches[number], self._rows[number]) for number in burst.sheets]
            shown = _trigger(_prose(self._cabinet.of(records[0])), burst.first, burst.length)
            said = (f"{burst.families} of {burst.of} of {search.groups[burst.group]}, {burst.elsewhere} elsewhere, log-odds "
                    f"{burst.odds}: {shown}")
            for record in records:
                self._said[record].append(Found("trigger-burst", said))
        return search

    def _sheets(self, note: bool) -> Iterator[Sheet]:
        number = 0
        for batch in self._chosen:
            some = [specimen for specimen in specimens_of(self._ledger, batch) if self._group_of(specimen)]
            for first in range(0, len(some), _SHEETS):
                part = some[first:first + _SHEETS]
                tokens = shingles.tokenise([_prose(specimen) for specimen in part])
                grams = shingles.shingle(tokens, WIDTH)
                for place, specimen in enumerate(part):
                    if note:
                        self._batches.append(specimen.record.batch)
                        self._rows.append(specimen.record.row)
                    key = self._group_of(specimen)
                    assert key is not None  # those without were left out above
                    theirs = shingles.shingle(shingles.tokenise(
                        [_prose(self._cabinet.of(parent.record)) for parent in specimen.parents]), WIDTH).hashes
                    root = self._families.root_of(specimen.record)
                    family = root.batch << 24 ^ root.row
                    yield of_grams(self._groups[key], number, family & (1 << 62) - 1, tokens, grams, place, theirs)
                    number += 1


def _prose(specimen: Specimen) -> str:
    """The text whose words are counted: of a pair both sides, of COBOL no sequence numbers."""
    code, prose = unwrapped(specimen.text, specimen.kind)
    lean = shingles.comparable(code, specimen.language)
    return f"{lean}\n{prose}" if prose else lean


def _trigger(text: str, first: int, length: int) -> str:
    words = [hit[0] for hit in _WORD.finditer(text)][first:first + length]
    return " ".join(word if len(word) < _LONG else f"<{len(word)} characters>" for word in words)[:_SHOWN]
