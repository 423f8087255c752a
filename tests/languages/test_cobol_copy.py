"""Which members a text needs, and which of several members with one name."""

from hypothesis import given
from hypothesis import strategies as st

from provenance.languages.cobol_copy import copied_names, looks_free, missing_members, referenced_members


def fixed(*lines: str) -> str:
    return "".join(f"       {line}\n" for line in lines)


def test_the_forms_of_copy():
    text = fixed(
        "COPY PAY.", 'copy "dir/tax.cpy".', "COPY HOURS OF PAYLIB.", "COPY 'x.inc' IN LIB REPLACING ==A== BY ==B==."
    )
    assert copied_names(text) == ("PAY", "dir/tax.cpy", "PAYLIB/HOURS", "LIB/x.inc")


def test_copy_over_two_lines_ignores_sequence_numbers_and_labels():
    text = "000100 COPY".ljust(72) + "LABEL1\n" + "000200     PAY.".ljust(72) + "LABEL2\n"
    assert copied_names(text) == ("PAY",)


def test_comments_and_literals_name_nothing():
    text = "      * COPY A.\n      / COPY B.\n" + fixed('DISPLAY "COPY C.".', "DISPLAY 'COPY D.'. *> COPY E.")
    assert copied_names(text) == ()
    assert copied_names("IDENTIFICATION DIVISION.\n*> COPY A.\n* COPY B.\nCOPY C.\n") == ("C",)


def test_copy_as_the_last_word_names_nothing():
    assert copied_names(fixed("COPY")) == ()
    assert copied_names(fixed("COPY .")) == ()


def test_members_are_found_without_regard_to_case_by_stem_or_full_name():
    library = {"cpy/Pay.CPY": "1", "cpy/tax.cpy": "2"}
    assert referenced_members(fixed("COPY PAY. COPY 'TAX.CPY'."), library) == {"PAY": "1", "TAX.CPY": "2"}


def test_transitively_and_in_cycles():
    library = {"a.cpy": fixed("COPY B."), "b.cpy": fixed("COPY A.", "COPY GONE."), "c.cpy": ""}
    assert set(referenced_members(fixed("COPY A."), library)) == {"A", "B"}
    assert missing_members(fixed("COPY A."), library) == ("GONE",)


def test_the_nearest_folder_wins_then_the_path():
    library = {"z/pay.cpy": "top", "app/one/cpy/pay.cpy": "one", "app/two/cpy/pay.cpy": "two"}
    text = fixed("COPY PAY.")
    assert referenced_members(text, library, near="app/two/src/p.cob") == {"PAY": "two"}
    assert referenced_members(text, library, near="app/p.cob") == {"PAY": "one"}
    assert referenced_members(text, library) == {"PAY": "top"}


def test_a_member_reads_its_own_neighbours():
    library = {"one/a.cpy": fixed("COPY B."), "one/b.cpy": "one", "two/b.cpy": "two", "b.cpy": "top"}
    assert referenced_members(fixed("COPY A."), library)["B"] == "one"


def test_a_copybook_is_preferred_to_a_program_and_the_named_library_to_all():
    library = {"pay.cbl": "program", "far/away/pay.cpy": "copybook", "far/paylib/pay.cpy": "of"}
    assert referenced_members(fixed("COPY PAY."), library)["PAY"] in ("copybook", "of")
    assert referenced_members(fixed("COPY PAY OF PAYLIB."), library) == {"PAYLIB/PAY": "of"}


def test_a_text_is_not_its_own_copybook():
    assert missing_members(fixed("COPY PAY."), {"pay.cbl": "x"}, near="pay.cbl") == ("PAY",)


def test_names_that_leave_the_library_are_missing():
    library = {"etc/passwd": "x", "x.cpy": "y"}
    for name in ("/etc/passwd", "../x.cpy", "a/../x.cpy", "./x.cpy", "a//x.cpy"):
        assert missing_members(fixed(f'COPY "{name}".'), library) == (name,)


def test_free_and_fixed():
    assert looks_free("IDENTIFICATION DIVISION.\nPROGRAM-ID. A.\n")
    assert not looks_free(fixed("IDENTIFICATION DIVISION.", "PROGRAM-ID. A."))
    assert not looks_free("000100 IDENTIFICATION DIVISION.\n000200 PROGRAM-ID. A.\n")
    assert not looks_free("\tID DIVISION.\n")
    assert looks_free("       >>SOURCE FORMAT IS FREE\n" + fixed("ID DIVISION."))
    assert not looks_free(">>SOURCE FORMAT FIXED\nID DIVISION.\n")
    assert looks_free("*> a copybook\n01 A.\n  05 B PIC X.\n")
    assert not looks_free("")


@given(st.text(max_size=300), st.dictionaries(st.text(max_size=12), st.text(max_size=60), max_size=4))
def test_any_text_has_an_answer_and_no_name_is_both_found_and_missing(text, library):
    assert not set(referenced_members(text, library)) & set(missing_members(text, library))
    assert looks_free(text) in (True, False)
