"""The screen: secrets, personal data and hidden text in every record; where they are, and never what they are.

    judge(context, roots + derived, Settings(allow=("e-mail",)))

It looks at one record at a time, so a rerun looks only at what is new. Every finding is a row of the table ``findings``
with a keyed hash of its value; nothing of a value is in a verdict, an event, a log line or the ledger. Without kingfisher
no record passes the check ``secrets``: what our own rules find still fails. Nothing is asked of any network.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import pyarrow as pa

from provenance.errors import PolicyError, ToolMissing
from provenance.ledger import Ledger
from provenance.ledger.tables import SCHEMAS
from provenance.model.identity import BatchId, Digest, RecordId
from provenance.model.verdict import Outcome, Verdict
from provenance.pipeline.context import Context
from provenance.pipeline.judge_step import judge_each
from provenance.pipeline.masking import STEP as MASKED
from provenance.pipeline.run_step import Made, StepResult
from provenance.pipeline.specimens import Cabinet, specimens_of
from provenance.sources.secret_scanner import PREFIX, SecretScanner, find_scanner
from provenance.steps.mask import left
from provenance.steps.screen import CHECKS as _CHECKS
from provenance.steps.screen import RULES, Finding, join, screen
from provenance.steps.screen.hidden import library_version
from provenance.steps.screen.marks import fingerprint, is_mark, mark
from provenance.steps.screen.saying import VERSION, line_of, line_starts, verdicts
from provenance.steps.specimen import Specimen

CHECKS: tuple[str, ...] = _CHECKS
_NOT_ASKED = (Outcome.SKIPPED, "not-asked")
_OWN = frozenset(rule for rules in RULES.values() for rule in rules)


@dataclass(frozen=True, slots=True)
class Settings:
    """What is looked for.

    Attributes:
        kingfisher: ask it besides our own rules.
        personal: look for personal data; ``personal_data`` is skipped where not.
        hidden: look for hidden text; ``hidden_text`` is skipped where not.
        allow: names of rules, and marks of values (column ``hash`` of ``findings``), that are no fault here.
    """

    kingfisher: bool = True
    personal: bool = True
    hidden: bool = True
    allow: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        unknown = sorted(one for one in self.allow if one not in _OWN and not is_mark(one) and not one.startswith(PREFIX))
        if unknown:
            raise PolicyError("judge.screen.allow", f"is {', '.join(unknown)}: neither a rule nor a mark of a value",
                              f"write a mark (hmac: and 32 hex digits), {PREFIX}RULE, or one of: {', '.join(sorted(_OWN))}")

    @property
    def asked(self) -> tuple[str, ...]:
        """The checks that are looked at; secrets always are."""
        return tuple(check for check, wanted in zip(CHECKS, (True, self.personal, self.hidden), strict=True) if wanted)


def judge(context: Context, batches: Sequence[BatchId], settings: Settings) -> StepResult:
    """Verdicts of `CHECKS` for every record of some batches, and the table ``findings``."""
    key = context.ledger.pseudonym_key()
    scanner = _scanner() if settings.kingfisher else None
    params = {**asdict(settings), "allow": sorted(settings.allow), "key": fingerprint(key),
              "scanner": f"kingfisher {scanner.version}" if scanner else "", "confusables": library_version(),
              "rules": str(Digest.of_json([[check, *rules] for check, rules in RULES.items()]))}

    def speak(batch: BatchId) -> Made:
        return _speak(context, batch, settings, key, scanner)

    return judge_each(context, "screen", VERSION, batches, params, speak)


@cache
def _scanner() -> SecretScanner | None:
    try:
        return find_scanner()
    except ToolMissing:
        return None


def _speak(context: Context, batch: BatchId, settings: Settings, key: bytes, scanner: SecretScanner | None) -> Made:
    manifest = context.ledger.require(batch)
    encodings = context.ledger.table(manifest, "records").column("encoding").to_pylist()
    rules = frozenset(rule for check in settings.asked for rule in RULES[check])
    allow = frozenset(settings.allow)
    stand_ins = _StandIns(context.ledger, lambda one: _look(one.text, one.language, "utf-8", rules, settings, scanner)[0])
    said: list[Verdict] = []
    columns: dict[str, list[Any]] = {name: [] for name in SCHEMAS["findings"].names}
    for specimen, encoding in zip(specimens_of(context.ledger, batch), encodings, strict=True):
        text = specimen.text
        findings, unsaid = _look(text, specimen.language, encoding or "utf-8", rules, settings, scanner)
        if findings and (nobodys := stand_ins.above(specimen)):
            findings = [one for one in findings if text[one.start:one.end] not in nobodys]
        kept, allowed = _without(findings, text, allow, lambda value: mark(value, key))
        said += verdicts(specimen.record, text, [one for one, _ in kept], allowed, unsaid)
        starts = line_starts(text) if kept else []
        for one, hashed in kept:
            row = (specimen.record.batch, specimen.record.row, one.check, one.rule, one.start, one.end,
                   line_of(starts, one.start), hashed)
            for name, value in zip(columns, row, strict=True):
                columns[name].append(value)
    return Made({"findings": pa.table(columns, schema=SCHEMAS["findings"])} if columns["row"] else {}, said)


def _look(text: str, language: str, encoding: str, rules: frozenset[str], settings: Settings,
          scanner: SecretScanner | None) -> tuple[list[Finding], dict[str, tuple[Outcome, str]]]:
    """What is found, and for each check why it was not looked at in full."""
    unsaid = {check: _NOT_ASKED for check in CHECKS if check not in settings.asked}
    try:
        own = screen(text, language, encoding=encoding, rules=rules)
    except ToolMissing:
        # Letters cannot be told apart; everything else can.
        own = screen(text, language, encoding=encoding, rules=rules - {"homoglyph", "mixed-script"})
        unsaid["hidden_text"] = Outcome.SKIPPED, "tool-missing: confusable-homoglyphs"
    if not settings.kingfisher:
        return own, unsaid
    if scanner is None:
        unsaid["secrets"] = Outcome.SKIPPED, "tool-missing: kingfisher"
        return own, unsaid
    others, problem = scanner.scan(text)
    if problem:
        unsaid["secrets"] = Outcome.ERROR, problem
    return join(own, others), unsaid


class _StandIns:
    """Values that masking put where others were: they have the form of real ones, and are nobody's.

    A record holds them where it is masked, and where it was made of a masked one by any number of versions.
    """

    def __init__(self, ledger: Ledger, look: Callable[[Specimen], list[Finding]]) -> None:
        self._ledger, self._cabinet, self._look = ledger, Cabinet(ledger, keep=4), look
        self._known: dict[RecordId, frozenset[str]] = {}

    def above(self, specimen: Specimen) -> frozenset[str]:
        """The stand-ins in the masked record that a record is or descends from; none where there is none."""
        parent = specimen.declared_parent
        while parent is not None:
            if self._ledger.require(specimen.record.batch_id).recipe.step == MASKED:
                return self._of(specimen, parent)
            specimen = self._cabinet.of(parent)
            parent = specimen.declared_parent
        return frozenset()

    def _of(self, masked: Specimen, original: RecordId) -> frozenset[str]:
        if masked.record not in self._known:
            found = self._look(masked)
            # What is still the original's stays a finding, wherever it stands.
            same = left(self._cabinet.of(original).text, masked.text, found)
            kept = {masked.text[one.start:one.end] for one in same}
            self._known[masked.record] = frozenset(masked.text[one.start:one.end] for one in found) - kept
        return self._known[masked.record]


def _without(findings: Sequence[Finding], text: str, allow: frozenset[str],
             marked: Callable[[str], str]) -> tuple[list[tuple[Finding, str]], Counter[str]]:
    """The findings that count, each with the mark of its value; and how many of each check are allowed."""
    kept, allowed = [], Counter[str]()
    for one in findings:
        hashed = marked(text[one.start:one.end])
        if one.rule in allow or hashed in allow:
            allowed[one.check] += 1
        else:
            kept.append((one, hashed))
    return kept, allowed
