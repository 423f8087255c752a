"""Hashed tokens against a plain reference, whatever the batching; and numbers that may never change under one VERSION."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.languages import all_languages
from provenance.languages.cobol_copy import looks_free
from provenance.steps import shingles
from provenance.steps.comparing import code_of, comparable
from provenance.steps.shingles import VERSION, containment, distinct_of, jaccard, maskable, masked, shingle, tokenise

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
MASK = (1 << 64) - 1
WORD = rb"[0-9A-Za-z_\x80-\xff]"
TOKEN = re.compile(WORD + rb"+(?:-" + WORD + rb"+)*|[^\s\x00\x1c-\x1f]")
TEXTS = st.text(st.sampled_from("aB9_-. \n\t\x00\x1c\x85ä€😀$'\"") | st.characters(), max_size=60)
PROGRAM = ("       IDENTIFICATION DIVISION.\n       PROGRAM-ID. A.\n       PROCEDURE DIVISION.\n"
           "           DISPLAY 'A*>B'.\n           STOP RUN.\n")


def mixed(value):
    value ^= value >> 30
    value = value * 0xBF58476D1CE4E5B9 & MASK
    value ^= value >> 27
    value = value * 0x94D049BB133111EB & MASK
    return value ^ value >> 31


def plain_hash(token):
    if len(token) > 64:
        return int.from_bytes(hashlib.blake2b(token, digest_size=8).digest(), "little")
    value = len(token) * 0x9E3779B97F4A7C15 & MASK
    for start in range(0, len(token), 8):
        value = mixed(value ^ int.from_bytes(token[start:start + 8], "little"))
    return value


def plain_tokens(text):
    return [token.lower() for token in TOKEN.findall(text.encode("utf-8", "surrogatepass"))]


def plain_runs(hashes, width):
    if not hashes:
        return []
    runs = [hashes[start:start + width] for start in range(max(1, len(hashes) - width + 1))]
    return [mixed(sum(value * pow(0x9E3779B97F4A7C15, place + 1, 1 << 64) for place, value in enumerate(run)) & MASK)
            for run in runs]


@settings(max_examples=400)
@given(st.lists(TEXTS, max_size=6), st.integers(1, 9))
def test_tokens_and_runs_are_those_of_the_plain_reference(texts, width):
    tokens = tokenise(texts)
    runs = shingle(tokens, width)
    assert len(tokens) == len(runs) == len(texts)
    for number, text in enumerate(texts):
        hashes = [plain_hash(token) for token in plain_tokens(text)]
        assert tokens.of(number).tolist() == hashes
        assert runs.of(number).tolist() == plain_runs(hashes, width)
        assert runs.distinct(number).tolist() == sorted(set(runs.of(number).tolist()))


@settings(max_examples=150)
@given(st.lists(TEXTS, max_size=8), st.integers(1, 120), st.integers(1, 40), st.sampled_from(["java", "cobol", "jcl"]))
def test_how_texts_are_put_together_changes_nothing(texts, size, block, language):
    whole, hidden = shingle(tokenise(texts), 5), masked(texts, language)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shingles, "_BATCH_BYTES", size)
        patch.setattr(shingles, "_BATCH_TOKENS", block)
        cut, cut_hidden = shingle(tokenise(texts), 5), masked(texts, language)
    for one, other in ((whole, cut), (hidden, cut_hidden)):
        assert one.hashes.tolist() == other.hashes.tolist() and one.offsets.tolist() == other.offsets.tolist()
    for number, text in enumerate(texts):
        assert whole.of(number).tolist() == shingle(tokenise([text]), 5).of(0).tolist()


@pytest.mark.parametrize("length", [1, 7, 8, 9, 16, 63, 64, 65, 5000])
def test_a_token_of_any_length_is_one_token(length):
    assert tokenise(["x" * length + " y"]).hashes.tolist() == [plain_hash(b"x" * length), plain_hash(b"y")]


def test_the_numbers_of_this_version_never_change():
    """Stored sketches rest on them: whoever changes one raises VERSION and keeps the old numbers' meaning."""
    assert VERSION == "1"
    assert tokenise(["MOVE Ws-A TO b."]).hashes.tolist() == GOLDEN_TOKENS
    assert shingle(tokenise(["MOVE Ws-A TO b."]), 3).hashes.tolist() == GOLDEN_RUNS
    assert shingle(tokenise(["A"]), 5).hashes.tolist() == GOLDEN_SHORT
    assert masked(["MOVE WS-A TO B-1 10 9A-B."], "cobol").hashes.tolist() == GOLDEN_MASKED


GOLDEN_TOKENS = [11071222619081207838, 8762037506216513811, 16765553918693626723, 17360999193197444373,
    16934044424796929712]
GOLDEN_RUNS = [750854435222395059, 13308558501006353673, 4597503987499350041]
GOLDEN_SHORT = [6274181093781701946]
GOLDEN_MASKED = [11071222619081207838, 1, 16765553918693626723, 1, 2, 1, 16934044424796929712]


def test_a_renamed_copy_has_the_masked_tokens_of_its_original():
    one = masked(["ADD 1 TO WS-TOTAL. PERFORM 9000-EXIT."], "cobol").hashes.tolist()
    assert one == masked(["ADD 27 TO GRAND-SUM. PERFORM THE-END."], "cobol").hashes.tolist()
    assert one != masked(["SUBTRACT 1 FROM WS-TOTAL. PERFORM THE-END."], "cobol").hashes.tolist()


def test_every_reserved_word_stays_and_languages_without_any_cannot_be_masked():
    for name, language in all_languages().items():
        assert maskable(name) == bool(language.reserved)
        whole = [word for word in language.reserved if TOKEN.fullmatch(word.encode()) and not word[0].isdigit()]
        assert masked([" ".join(whole)], name).hashes.tolist() == [plain_hash(word.lower().encode()) for word in whole]
    assert not maskable("klingon")


def test_similarity_of_sets():
    sets = [np.array(values, np.uint64) for values in ([], [1, 2, 3, 4], [2, 3, 4, 5], [9])]
    assert jaccard(sets[0], sets[0]) == 1.0 and jaccard(sets[0], sets[1]) == 0.0
    assert jaccard(sets[1], sets[2]) == 3 / 5 and jaccard(sets[1], sets[3]) == 0.0
    assert containment(sets[1], sets[2]) == 3 / 4 and containment(sets[0], sets[1]) == 0.0
    assert distinct_of(np.array([3, 1, 3, 2, 1], np.uint64)).tolist() == [1, 2, 3]


# -- what is compared --------------------------------------------------------------------------------------------------


def plain_comparable(text):
    if looks_free(text):
        return text
    return "\n".join(line if "\t" in line[:7] else line[6:72] for line in text.splitlines())


LINES = st.lists(st.one_of(
    st.sampled_from(["       IDENTIFICATION DIVISION.", "ID DIVISION.", "     ID DIVISION.", "000100*COMMENT", "\tMOVE A TO B.",
                     "           MOVE A TO B.", "*> free", "      >>SOURCE FREE", "       $SET SOURCEFORMAT\"FREE\"",
                     "000200     STOP RUN." + " " * 52 + "LABEL123", "      D    DISPLAY X", "x\x85y", "  *>  a"]),
    st.text(st.sampled_from(" Aa*/-D1.\t"), max_size=90)), max_size=12)


@settings(max_examples=400)
@given(LINES, st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_fixed_format_is_known_by_the_short_way_as_by_the_long_one(lines, end):
    text = end.join(lines)
    assert comparable(text, "cobol") == plain_comparable(text)
    assert comparable(text, "java") == text


def test_sequence_numbers_and_labels_are_not_compared():
    numbered = "".join(f"{n:06d}{line[6:]:66}PAY{n:05d}\n" for n, line in enumerate(PROGRAM.splitlines()))
    assert tokenise([comparable(numbered, "cobol")]).hashes.tolist() == tokenise([PROGRAM]).hashes.tolist()


@pytest.mark.parametrize(("language", "text", "code"), [
    ("java", 'String a = "// no \\" /* no"; // yes\n/* yes\n yes */ b();', 'String a = "// no \\" /* no"; \n b();'),
    ("cobol", PROGRAM.replace("           STOP", "      * gone\n           STOP").replace("RUN.", "RUN. *> gone"),
     "\n".join(line[6:] for line in PROGRAM.splitlines()).replace("RUN.", "RUN. ").replace(" " * 5 + "STOP", "\n     STOP")),
    ("plsql", "a := '--'; -- gone\n/* gone */ b;", "a := '--'; \n b;"),
    ("abap", "* gone\nx = '\"*'. \" gone", "\nx = '\"*'. "),
    ("mumps", 'S A=";" ; gone', 'S A=";" '),
    ("rexx", "/* gone */ say '--' -- gone", " say '--' "),
    ("hlasm", "* gone\n.* gone\n  L 1,=A(*) stays", "\n\n  L 1,=A(*) stays"),
    ("jcl", "//* gone\n//A DD *", "\n//A DD *"),
    ("cl", "PGM /* gone */ X", "PGM  X"), ("rpg", "      * gone\n  x = 1; // gone", "\n  x = 1; "),
    ("prose", "// stays", "// stays"), ("java", "a /* open", "a /* open"), ("java", "", "")])
def test_comments_go_and_strings_stay(language, text, code):
    assert code_of(text, language).split() == code.split()


@settings(max_examples=200)
@given(st.sampled_from(sorted(all_languages())), st.text(st.sampled_from("a'\"/*-|`\\;\n >"), max_size=60))
def test_no_text_is_too_broken_to_be_compared(language, text):
    assert len(code_of(text, language)) <= len(text)


@pytest.mark.skipif(not CORPORA.is_dir(), reason="shared/corpora is not here")
def test_real_code_is_tokenised_as_the_reference_does():
    for path in sorted(CORPORA.rglob("*.c*"))[:60] + sorted((CORPORA / "java").rglob("*.java"))[:40]:
        text = path.read_bytes().decode("latin-1")
        assert tokenise([text]).hashes.tolist() == [plain_hash(token) for token in plain_tokens(text)], path.name
        assert comparable(text, "cobol") == plain_comparable(text), path.name
