"""The verb of people: review plan, list, show, say, export, import, settle, agreement, edit."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from provenance.cli.output import FORMATS, say, show
from provenance.cli.running import context_of, report
from provenance.errors import InvalidId, PolicyError, SourceError
from provenance.ledger import Ledger
from provenance.pipeline.asking import Asking, plan_review, read_gold, state, tasks
from provenance.pipeline.editing import edit
from provenance.pipeline.reviewing import Kept, answers_out, figures, keep
from provenance.sources.review_files import FORMS, read_replies, write_replies, write_tasks
from provenance.steps.review import HOW, NEEDED, ROLES, VERDICTS, Reply, Settings, Take, page

_NAMED = {"jsonl": "file", "parquet": "file"}


def add(verb: Callable[..., argparse.ArgumentParser]) -> None:
    """Declare the verb of this module and its actions."""
    review = verb("review", _review, "Ask people about records, take what they say, and let them mend records.",
                  "provenance review plan march --take random=50 --take risk=20 -l corpus", ledger=False)
    actions = review.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, call: Callable[[argparse.Namespace], int], text: str, *, table: bool = False,
               judges: bool = False) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=text, description=text)
        added.set_defaults(act=call)
        added.add_argument("-l", "--ledger", default=os.environ.get("PROVENANCE_LEDGER"),
                           help="folder of the ledger (default: $PROVENANCE_LEDGER)")
        if table:
            added.add_argument("--format", choices=FORMATS, default="table")
        if judges:
            _settings(added, answers=name in ("say", "import"))
        return added

    plan = action("plan", _plan, "Draw records and put them in the queue.")
    plan.add_argument("plan", help="name of the plan")
    plan.add_argument("--take", action="append", default=[], metavar="HOW=SIZE",
                      help=f"draw so many records ({', '.join(HOW)}; default: random=50); may be repeated")
    plan.add_argument("--needed", type=int, default=2, help="independent reviewers for each record (default: 2)")
    plan.add_argument("--ask", action="append", default=[], metavar="QUESTION",
                      help="also ask in words: summary, defect, business-rule, or your own; may be repeated")
    plan.add_argument("--gold", default="", metavar="FILE", help="JSON Lines of record and verdict: answers known beforehand")
    plan.add_argument("--seed", type=int, default=0)
    queue = action("list", _list, "The queue with its state.", table=True)
    queue.add_argument("--plan", default="", help="only this plan")
    shown = action("show", _show, "One record as a reviewer sees it: text, checks, difference from its parent.")
    shown.add_argument("record")
    shown.add_argument("--most", type=int, default=20_000, help="most characters of text shown")
    said = action("say", _say, "Say what you think of a record.", judges=True)
    said.add_argument("record")
    said.add_argument("verdict", choices=VERDICTS)
    said.add_argument("--by", required=True, metavar="NAME", help="name or address of who says it; stored as a pseudonym")
    said.add_argument("--label", action="append", default=[], metavar="QUESTION=ANSWER", help="may be repeated")
    said.add_argument("--comment", default="")
    said.add_argument("--seconds", type=int, default=None, help="time spent")
    said.add_argument("--plan", default="", help="the plan that asks (default: the newest that asks about the record)")
    said.add_argument("--arbiter", action="store_true", help="decide where reviewers differ")
    out = action("export", _export, "Write the tasks of a plan, or the answers kept, to a file.")
    out.add_argument("file")
    out.add_argument("--form", choices=FORMS, required=True)
    out.add_argument("--plan", default="", help="the plan (default: the newest; all for --answers)")
    out.add_argument("--role", choices=ROLES, default="reviewer", help="as what the answers will count")
    out.add_argument("--answers", action="store_true", help="the answers kept, by pseudonym, instead of the tasks")
    taken = action("import", _import, "Take answers from a file; what was taken before is passed over.", judges=True)
    taken.add_argument("file")
    taken.add_argument("--form", choices=FORMS, default="", help="default: by the file's ending (.jsonl, .parquet)")
    taken.add_argument("--by", default="", metavar="NAME", help="who answers for rows that name nobody")
    taken.add_argument("--person", action="append", default=[], metavar="ID=NAME",
                       help="who a tool's user number is; may be repeated")
    action("settle", _settle, "Say anew what all answers add up to.", judges=True)
    agreed = action("agreement", _agreement, "How far people agree beyond chance, and how they did on gold questions.",
                    table=True, judges=True)
    agreed.add_argument("--plan", default="", help="only answers to this plan")
    mended = action("edit", _edit, "Keep a person's new text for a record as a new record.")
    mended.add_argument("record")
    mended.add_argument("--file", required=True, help="file of the new text (UTF-8)")
    mended.add_argument("--by", required=True, metavar="NAME", help="who answers for it; stored as a pseudonym")


def _settings(parser: argparse.ArgumentParser, *, answers: bool) -> None:
    usual = Settings()
    if answers:
        parser.add_argument("--needed", type=int, default=None, help="reviewers of the records answered here that no plan asks "
                            f"about (default: as before, or {NEEDED})")
    parser.add_argument("--gold-threshold", type=float, default=usual.gold_threshold,
                        help=f"share of gold questions below which a reviewer does not count ({usual.gold_threshold})")
    parser.add_argument("--gold-least", type=int, default=usual.gold_least,
                        help=f"gold questions answered before that is judged ({usual.gold_least})")


def _review(arguments: argparse.Namespace) -> int:
    status: int = arguments.act(arguments)
    return status


def _plan(arguments: argparse.Namespace) -> int:
    takes = tuple(_take(text) for text in arguments.take) or (Take("random", 50),)
    gold = read_gold(arguments.gold, _lines(arguments.gold)) if arguments.gold else {}
    asking = Asking(arguments.plan, takes, arguments.seed, arguments.needed, tuple(arguments.ask), gold)
    planned = plan_review(context_of(arguments, "review-plan"), asking)
    report(planned.step)
    say(f"plan {planned.plan}: {planned.records} records ("
        + ", ".join(f"{count} {why}" for why, count in sorted(planned.drawn.items())) + ")")
    return 0


def _list(arguments: argparse.Namespace) -> int:
    rows = state(Ledger(arguments.ledger), arguments.plan)
    show(rows, arguments.format, ("record", "plan", "questions", "needed", "answered", "state"))
    return 0


def _show(arguments: argparse.Namespace) -> int:
    (task,) = tasks(Ledger(arguments.ledger), only=[arguments.record])
    say(page(task, arguments.most))
    return 0


def _say(arguments: argparse.Namespace) -> int:
    reply = Reply("say", arguments.record, arguments.by, arguments.verdict, _pairs(arguments.label, "--label"),
                  arguments.comment, arguments.seconds, datetime.now(UTC), arguments.plan,
                  "arbiter" if arguments.arbiter else "reviewer")
    return _tell(keep(context_of(arguments, "review"), [reply], "cli", _judging(arguments), where=arguments.record))


def _export(arguments: argparse.Namespace) -> int:
    ledger = Ledger(arguments.ledger)
    if arguments.answers:
        rows = answers_out(ledger, arguments.plan)
        write_replies(arguments.file, rows, arguments.form)
        say(f"{len(rows)} answers written to {arguments.file}")
        return 0
    found = tasks(ledger, arguments.plan, arguments.role)
    write_tasks(arguments.file, found, arguments.form)
    say(f"{len(found)} tasks written to {arguments.file}"
        + (f", labelling configuration to {arguments.file}.xml" if arguments.form == "label-studio" else ""))
    return 0


def _import(arguments: argparse.Namespace) -> int:
    form = arguments.form or Path(arguments.file).suffix.removeprefix(".")
    if form not in FORMS:
        raise SourceError(arguments.file, "has an ending that names no form of answers", f"name it: --form {'|'.join(FORMS)}")
    replies = read_replies(arguments.file, form, arguments.by)
    return _tell(keep(context_of(arguments, "review"), replies, _NAMED.get(form, form), _judging(arguments),
                      _pairs(arguments.person, "--person"), arguments.file))


def _settle(arguments: argparse.Namespace) -> int:
    return _tell(keep(context_of(arguments, "review"), (), "cli", _judging(arguments)))


def _tell(kept: Kept) -> int:
    report(kept.step)
    said = ", ".join(f"{count} {outcome}" for outcome, count in sorted(kept.outcomes.items()))
    say(f"answers: {kept.new} new, {kept.repeated} known already; records: {said or 'nothing new'}")
    for reviewer, why in sorted(kept.untrusted.items()):
        say(f"not counted: {reviewer} ({why})")
    return 0


def _agreement(arguments: argparse.Namespace) -> int:
    found = figures(Ledger(arguments.ledger), _judging(arguments), arguments.plan)
    rows: list[dict[str, Any]] = [
        {"what": "alpha", "question": each.question, "who": f"{each.people} people", "records": each.records, "alike": None,
         "value": _short(each.alpha)} for each in found.whole]
    rows += [{"what": "kappa", "question": pair.question, "who": f"{pair.one} {pair.other}", "records": pair.both,
              "alike": pair.alike, "value": _short(pair.kappa)} for pair in found.pairs]
    rows += [{"what": "gold" if reviewer not in found.untrusted else "gold: not counted", "question": "verdict", "who": reviewer,
              "records": score.answered, "alike": score.right, "value": _short(score.accuracy)}
             for reviewer, score in found.scores.items()]
    show(rows, arguments.format, ("what", "question", "who", "records", "alike", "value"))
    return 0


def _edit(arguments: argparse.Namespace) -> int:
    try:
        text = Path(arguments.file).read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(arguments.file, f"is not UTF-8 text (byte {error.start})", "save it as UTF-8") from error
    except OSError as error:
        raise SourceError(arguments.file, f"cannot be read: {error.strerror}", "check its path, owner and mode") from error
    result = edit(context_of(arguments, "review-edit"), arguments.record, text, arguments.by)
    report(result)
    say(f"rec:{result.batches[0]}.0  (verify and review it: it has no verdict of its own yet)")
    return 0


def _judging(arguments: argparse.Namespace) -> Settings:
    return Settings(getattr(arguments, "needed", None), arguments.gold_threshold, arguments.gold_least)


def _take(text: str) -> Take:
    how, separator, size = text.partition("=")
    if not separator or not size.isdigit():
        raise PolicyError(f"--take {text}", "is not of the form HOW=SIZE", "for instance: --take random=50")
    return Take(how, int(size))


def _pairs(given: list[str], option: str) -> dict[str, str]:
    found = {}
    for text in given:
        name, separator, value = text.partition("=")
        if not separator or not name.strip():
            raise PolicyError(f"{option} {text}", "is not of the form NAME=VALUE")
        found[name.strip()] = value.strip()
    return found


def _lines(path: str) -> list[Mapping[str, Any]]:
    try:
        rows = [json.loads(line) for line in Path(path).read_text("utf-8").split("\n") if line.strip()]
    except OSError as error:
        raise SourceError(path, f"cannot be read: {error.strerror}", "check its path, owner and mode") from error
    except ValueError as error:
        raise SourceError(path, f"is not JSON Lines: {error}", "one JSON object a line") from error
    if not all(isinstance(row, dict) for row in rows):
        raise InvalidId(path, "holds what is no JSON object", "one JSON object a line")
    return rows


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
