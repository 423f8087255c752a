"""Made-up names are names, free, and of the size asked for."""

from __future__ import annotations

import random
import re

from hypothesis import given
from hypothesis import strategies as st

from provenance.languages.cobol import LANGUAGE
from provenance.steps.augment.cobol_names import LONGEST, Namer

NAME = re.compile(r"[A-Z0-9](?:[A-Z0-9-]*[A-Z0-9])?")


@given(st.integers(), st.integers(1, LONGEST), st.sampled_from(["WS-TOTAL", "A", "100-READ-EXIT", "X9-Y"]))
def test_exactly_gives_a_free_name_of_that_length(seed: int, length: int, old: str) -> None:
    namer = Namer(random.Random(seed), set())
    name = namer.exactly(length, old)
    assert name is not None
    assert len(name) == length
    assert NAME.fullmatch(name)
    assert re.search("[A-Z]", name)
    assert name not in LANGUAGE.reserved


@given(st.integers(), st.integers(8, LONGEST), st.sampled_from(["WS-TOTAL", "A", "100-READ-EXIT"]), st.booleans())
def test_like_gives_no_more_than_asked(seed: int, longest: int, old: str, procedure: bool) -> None:
    name = Namer(random.Random(seed), set()).like(old, longest, procedure)
    if name is not None:
        assert len(name) <= longest
        assert NAME.fullmatch(name)
        assert name not in LANGUAGE.reserved


def test_no_two_names_are_alike() -> None:
    namer = Namer(random.Random(0), set())
    given_names = []
    for number in range(500):
        name = namer.exactly(6)
        assert name is not None
        namer.keep(f"OLD-{number}", name)
        given_names.append(name)
    assert len(set(given_names)) == 500


def test_there_may_be_no_free_name() -> None:
    letters = set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert Namer(random.Random(0), letters).exactly(1) is None
    assert Namer(random.Random(0), set()).like("WS-A", 3) is None


def test_manner_is_kept() -> None:
    namer = Namer(random.Random(3), set())
    name = namer.like("2100-READ", LONGEST, procedure=True)
    assert name is not None
    assert name.startswith("2100-")
    namer.keep("2100-READ", name)
    assert namer.like("2100-READ-EXIT", LONGEST, procedure=True) == name + "-EXIT"
    alone = namer.like("9000-EXIT", LONGEST, procedure=True)
    assert alone is not None
    assert re.fullmatch(r"9000-[A-Z-]+-EXIT", alone)
    data = namer.like("WS-READ", LONGEST)
    assert data is not None
    assert data.startswith("WS-")
