"""Signals in commits, line attributions, and the evidence that they add up to."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.model.origin import EvidenceGrade, OriginClass, weigh
from provenance.steps.ingest.attributions import Lines, Span, attribute, parse_agent_trace, parse_git_ai_note
from provenance.steps.ingest.evidence import CUT_OFF, Touch, claim_of, evidence_of, iso, settle
from provenance.steps.ingest.signals import VSCODE_WINDOW, signals_of

ADA = ("Ada", "ada@example.org")
AI, HUMAN, MODEL, UNKNOWN = OriginClass.AI_ASSISTED, OriginClass.HUMAN, OriginClass.SYNTHETIC_MODEL, OriginClass.UNKNOWN


def told(message, author=ADA, committer=None, at=0):
    return [(s.kind, s.form, s.agent) for s in signals_of(author, committer, message, at)]


@pytest.mark.parametrize(
    ("message", "form", "agent"),
    [
        ("x\n\nCo-Authored-By: Claude Sonnet 4.5 <noreply@anthropic.com>", "co-authored-by", "claude"),
        ("x\n\nco-authored-by: Cursor <cursoragent@cursor.com>\n", "co-authored-by", "cursor"),
        ("x\n\nCo-authored-by: Cursor", "co-authored-by", "cursor"),
        ("x\n\nCo-authored-by: aider (gpt-4o) <noreply@aider.chat>", "co-authored-by", "aider"),
        ("x\n\nCo-authored-by: Copilot <copilot@github.com>", "co-authored-by", "copilot"),
        ("x\n\nCo-authored-by: Copilot <223556219+Copilot@users.noreply.github.com>", "co-authored-by", "copilot"),
        (
            "x\n\nCo-authored-by: renamed <158243242+other-name[bot]@users.noreply.github.com>",
            "co-authored-by",
            "devin",
        ),
        ("x\n\nAssisted-by: Claude:claude-opus-4 [coccinelle] [sparse]", "assisted-by", "claude"),
        ("x\n\nAssisted-by: Claude Code / opus", "assisted-by", "claude"),
        ("x\n\nAssisted-by: Copilot (GPT-5.4)", "assisted-by", "copilot"),
        ("x\n\nAssisted-by: NewBot:newbot-1.2 [sparse]", "assisted-by", "unrecognised"),
        ("x\n\nGenerated-by: ChatGPT 5", "generated-by", "chatgpt"),
        ("x\n\nEntire-Attribution: 73% agent (146/200 lines)", "entire-attribution", "entire"),
        ("x\n\nEntire-Checkpoint: a3b2c4d5e6f7", "entire-checkpoint", "entire"),
        ("x\n\nReplit-Commit-Author: Agent", "replit-commit-author", "replit"),
        ("x\n\nReplit-Commit-Author: Assistant\n", "replit-commit-author", "replit"),
        ("aider: add totals", "aider-subject", "aider"),
        ("x\n\n🤖 Generated with [Claude Code](https://claude.ai/code)", "generated-with", "claude"),
        ("x\r\n\r\nCo-Authored-By: Claude <noreply@anthropic.com>\r\n", "co-authored-by", "claude"),
        ("* squashed\n  Co-authored-by: Claude <noreply@anthropic.com>", "co-authored-by", "claude"),
    ],
)
def test_every_format_of_an_ai_trailer(message, form, agent):
    assert told(message) == [("ai-trailer", form, agent)]


@pytest.mark.parametrize(
    "message",
    [
        "x\n\nCo-authored-by: Claude Dupont <claude@example.fr>",
        "x\n\nAssisted-by: Jane Doe <jane@example.org>",
        "x\n\nAssisted-by: Jane Doe",
        "x\n\nReviewed-by: Copilot <copilot@github.com>",
        "x\n\nEntire-Attribution: 0% agent (0/9 lines)",
        "fix cursor position: left",
        "x\n\nReplit-Commit-Author: User",
        "x\n\nCo-authored-by: Devin Smith <devin@example.org>",
        "The report is generated with amp hours",
        "",
    ],
)
def test_people_are_no_signals(message):
    assert told(message) == []


def test_identities_of_tools_and_bots():
    assert told("x", ("copilot-swe-agent[bot]", "198982749+Copilot@users.noreply.github.com")) == [
        ("ai-author", "author", "copilot")
    ]
    assert told("x", ("Ada (aider)", "ada@example.org")) == [("ai-author", "author", "aider")]
    assert told("x", ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com")) == [
        ("bot", "author", "bot")
    ]
    assert told("x", ADA, ("GitHub", "noreply@github.com")) == []
    assert told("x", ADA, ("Devin", "158243242+devin-ai-integration[bot]@users.noreply.github.com")) == [
        ("ai-author", "committer", "devin")
    ]


def test_copilots_default_trailer_proves_nothing_in_its_window():
    message = "x\n\nCo-authored-by: Copilot <copilot@github.com>"
    grades = {
        at: signals_of(ADA, None, message, at)[0].grade.name
        for at in (VSCODE_WINDOW[0] - 1, VSCODE_WINDOW[0], VSCODE_WINDOW[1] - 1, VSCODE_WINDOW[1])
    }
    assert list(grades.values()) == ["E2", "E0", "E0", "E2"]
    assert (iso(VSCODE_WINDOW[0]), iso(VSCODE_WINDOW[1])) == ("2026-04-01T00:00:00Z", "2026-05-04T00:00:00Z")
    signals = signals_of(ADA, None, message, VSCODE_WINDOW[0])
    rows = evidence_of([Touch("a" * 40, VSCODE_WINDOW[0], signals, "verified")], None)
    assert weigh(rows).origin is UNKNOWN  # neither an AI's nor, for all its signature, a human's


@settings(deadline=None)
@given(st.text(max_size=200), st.text(max_size=30), st.text(max_size=30))
def test_any_message_can_be_read(message, name, email):
    for signal in signals_of((name, email), (email, name), message, 0):
        assert "@" not in signal.model


SPEC = """src/main.rs
  s_0123456789abcd::t_0123456789abcd 1-4,9,12-14
  h_00000000000001 5
"path with space.cbl"
  abcdef0123456789 1-2
---
{"schema_version":"authorship/3.0.0","sessions":{"s_0123456789abcd":{"agent_id":{"tool":"claude","id":"x","model":"opus"}}},
 "prompts":{"abcdef0123456789":{"agent_id":{"tool":"cursor","model":"gpt-5"}}}}"""


def test_git_ai_notes_with_sessions_humans_and_prompts():
    found = parse_git_ai_note(SPEC)
    assert found["src/main.rs"] == (
        Span(1, 4, "ai", "claude", "opus"),
        Span(5, 5, "human"),
        Span(9, 9, "ai", "claude", "opus"),
        Span(12, 14, "ai", "claude", "opus"),
    )
    assert found["path with space.cbl"] == (Span(1, 2, "ai", "cursor", "gpt-5"),)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=300), st.text(alphabet='ab"\n -,:0123456789{}s_ht', max_size=200)))
def test_note_and_trace_parsers_take_any_text(text):
    for spans in parse_git_ai_note(text).values():
        assert all(1 <= span.first <= span.last for span in spans)
    parse_agent_trace(text)


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "files",
                        "path",
                        "conversations",
                        "ranges",
                        "contributor",
                        "type",
                        "vcs",
                        "revision",
                        "start_line",
                        "end_line",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_trace_parser_takes_any_json(value):
    parse_agent_trace(json.dumps(value))


def test_agent_trace_records():
    one = {
        "version": "0.1",
        "vcs": {"type": "git", "revision": "c1"},
        "tool": {"name": "cursor"},
        "files": [
            {
                "path": "a.cbl",
                "conversations": [
                    {
                        "contributor": {"type": "ai", "model_id": "anthropic/claude-opus-4"},
                        "ranges": [
                            {"start_line": 1, "end_line": 3},
                            {"start_line": 4, "end_line": 4, "contributor": {"type": "human"}},
                        ],
                    }
                ],
            }
        ],
    }
    [trace] = parse_agent_trace(json.dumps(one))
    assert trace.revision == "c1" and [s.who for s in trace.files["a.cbl"]] == ["ai", "human"]
    assert trace.files["a.cbl"][0].model == "anthropic/claude-opus-4"
    assert (
        len(parse_agent_trace(json.dumps(one) + "\n" + json.dumps(one)))
        == len(parse_agent_trace(json.dumps([one, one])))
        == 2
    )


def lines(text):
    """'a' AI, 'h' human, 'm' mixed, 'b' both, '.' untracked."""
    who = {"a": ["ai"], "h": ["human"], "m": ["mixed"], "b": ["ai", "human"], ".": []}
    spans = tuple(Span(n, n, w) for n, c in enumerate(text, 1) for w in who[c])
    return attribute([("c1", "p", n) for n in range(1, len(text) + 1)], {("c1", "p"): spans})


@pytest.mark.parametrize(
    ("text", "points_to"),
    [("aaa", MODEL), ("a.", AI), ("ah", AI), ("m..", AI), ("hh", HUMAN), ("h.", None), ("..", None)],
)
def test_lines_speak_as_far_as_they_reach(text, points_to):
    rows = evidence_of([Touch("a" * 40, 1.7e9)], lines(text))
    assert [row.points_to for row in rows if row.kind == "git-ai-note"] == [points_to]


def test_untracked_is_never_human_and_ai_lines_that_are_gone_still_count():
    assert weigh(evidence_of([Touch("a" * 40, 1.7e9)], lines("h."))).origin is UNKNOWN
    gone = attribute([("c2", "p", 1)], {("c1", "p"): (Span(1, 1, "ai"),)})
    assert weigh(evidence_of([Touch("c2", 1.7e9)], gone)).origin is AI
    both = evidence_of([Touch("a" * 40, 1.7e9)], lines("bh"))
    assert weigh(both).origin is AI and any(row.kind == "conflict" for row in both)


def graded(touches, told=None, claim=None):
    finding = weigh(evidence_of(touches, told, claim))
    return finding.origin, finding.grade.name


TRAILER = signals_of(ADA, None, "x\n\nCo-authored-by: Claude <noreply@anthropic.com>", 0)
WHOLE = signals_of(ADA, None, "x\n\nGenerated-by: Claude Code", 0)
BOT = signals_of(("dependabot[bot]", "1+dependabot[bot]@users.noreply.github.com"), None, "x", 0)
CLAIM = claim_of("human", "ACME Ltd")


@pytest.mark.parametrize(
    ("touches", "told", "claim", "answer"),
    [
        ([Touch("a", CUT_OFF - 1)], None, None, (HUMAN, "E2")),
        ([Touch("a", CUT_OFF)], None, None, (UNKNOWN, "E0")),
        ([Touch("b", CUT_OFF), Touch("a", 10**9)], None, None, (UNKNOWN, "E0")),
        ([Touch("a", 0)], None, None, (UNKNOWN, "E0")),
        ([Touch("a", 10**9, TRAILER)], None, None, (AI, "E2")),
        ([Touch("b", 10**9, TRAILER), Touch("a", 10**9)], None, CLAIM, (AI, "E2")),
        ([Touch("a", 10**9, WHOLE)], None, None, (MODEL, "E2")),
        ([Touch("b", 10**9, WHOLE), Touch("a", 10**9)], None, None, (AI, "E2")),
        ([Touch("a", 10**9, BOT)], None, None, (UNKNOWN, "E0")),
        ([Touch("b", 10**9, BOT), Touch("a", 10**9)], None, None, (HUMAN, "E2")),
        ([Touch("a", 1.7e9, (), "verified")], None, None, (HUMAN, "E3")),
        ([Touch("a", 1.7e9, (), "present")], None, None, (UNKNOWN, "E0")),
        ([Touch("b", 1.7e9, (), "verified"), Touch("a", 1.7e9)], None, None, (UNKNOWN, "E0")),
        ([Touch("a", 1.7e9, BOT, "verified")], None, None, (UNKNOWN, "E0")),
        ([Touch("a", 1.7e9, TRAILER, "verified")], None, None, (AI, "E2")),
        ([Touch("a", 1.7e9, (), "verified")], lines("hhh"), None, (HUMAN, "E4")),
        ([Touch("a", 1.7e9, (), "verified")], lines("h.h"), None, (HUMAN, "E3")),
        ([Touch("a", 10**9, unread=True)], None, None, (UNKNOWN, "E0")),
        ([Touch("a", 1.7e9)], None, CLAIM, (HUMAN, "E1")),
        ([], None, None, (UNKNOWN, "E0")),
        ([Touch("a", 10**9)], None, claim_of("synthetic_model", "x"), (MODEL, "E1")),
    ],
)
def test_what_history_signals_lines_and_claims_add_up_to(touches, told, claim, answer):
    assert graded(touches, told, claim) == answer


def test_a_claim_against_a_trailer_is_shown_as_a_conflict():
    finding, rows, [verdict] = settle(evidence_of([Touch("a", 1.7e9, TRAILER)], None, CLAIM), "swh:x")
    assert finding.origin is AI and verdict.check == "origin" and verdict.outcome == "warn"
    assert verdict.reason == "conflict: claim says human (E1); ai-trailer says ai_assisted"
    assert [row.kind for row in rows] == ["ai-trailer", "claim", "conflict", "history"]
    assert json.loads(next(row.value for row in rows if row.kind == "claim")) == {"class": "human", "by": "ACME Ltd"}


_TOUCH = st.builds(
    Touch,
    st.text("ab", min_size=1, max_size=3),
    st.integers(0, 2 * 10**9),
    st.sampled_from([(), TRAILER, WHOLE, BOT]),
    st.sampled_from(["none", "present", "verified"]),
    st.booleans(),
)


@settings(deadline=None)
@given(st.lists(_TOUCH, max_size=5), st.sampled_from([None, lines("hh"), lines("ah"), lines("..")]))
def test_a_signal_never_makes_a_file_more_human(touches, told):
    before = weigh(evidence_of(touches, told))
    with_signal = weigh(evidence_of([*touches, Touch("z", 0, TRAILER)], told))
    assert with_signal.origin is not HUMAN
    if before.origin is HUMAN:
        assert before.grade >= EvidenceGrade.E2


def test_lines_know_what_is_untracked():
    assert Lines(10, ai=3, human=2, mixed=1).untracked == 4
    assert iso(10**15) == ""


def test_apps_are_known_by_name_where_the_address_says_nothing():
    assert told("x", ("claude[bot]", "bot@example.org")) == [("ai-author", "author", "claude")]
    assert told("x\n\nCo-authored-by: renovate[bot] <bot@renovateapp.com>") == [("bot", "co-authored-by", "bot")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\n{}", {}),
        ("a.cbl\n  strange_key 1\n---\n[]", {"a.cbl": (Span(1, 1, "unknown"),)}),
        ('"a\\q.cbl"\n  h_00000000000001 2\n---\n{', {"a\\q.cbl": (Span(2, 2, "human"),)}),
        ("a.cbl\n  h_00000000000001 0,5-2,1-,-3,99999999999,7\n---\n", {"a.cbl": (Span(7, 7, "human"),)}),
        ("  h_00000000000001 1\n---\n", {}),
        ("a.cbl\n  nonsense\n", {}),
    ],
)
def test_what_a_note_gets_wrong_is_left_out(text, expected):
    got = parse_git_ai_note(text)
    assert {
        path: tuple(span for span in spans if span.first != 1 or span.who == "unknown") for path, spans in got.items()
    } == expected


def test_what_a_trace_gets_wrong_is_left_out():
    talk = {
        "ranges": [
            {"start_line": True, "end_line": 2},
            {"start_line": 3, "end_line": 2},
            {"start_line": 1, "end_line": 2},
        ]
    }
    [trace] = parse_agent_trace(json.dumps({"files": [{"path": 7}, {"path": "a", "conversations": [talk]}]}))
    assert trace.revision == "" and trace.files == {"a": (Span(1, 2, "unknown"),)}


def test_other_bots_and_trailers_of_tools():
    assert told("x\n\nCopilot-Session: 42") == [("ai-trailer", "copilot-session", "copilot")]
    assert told("x", ("acme[bot]", "bot@acme.example")) == [("bot", "author", "bot")]


def test_a_persons_private_address_at_github_is_a_person():
    assert told("x", ("Ada", "12+ada@users.noreply.github.com")) == []
