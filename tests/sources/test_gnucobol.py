"""GnuCOBOL in the sandbox: what it accepts, why it refuses, what a program may do, and that no host file gets in."""

import socket
import threading
import time
from pathlib import Path

import pytest

from provenance.languages.toolchain import SourceText
from provenance.model.verdict import Outcome
from provenance.sources.gnucobol import DIALECTS, GnuCobol, find_gnucobol
from provenance.sources.sandbox import Missing, find_sandbox

FOUND = find_gnucobol(find_sandbox())
pytestmark = pytest.mark.skipif(isinstance(FOUND, Missing), reason=getattr(FOUND, "reason", ""))


def program(*statements, data=(), files=(), using=""):
    lines = ["IDENTIFICATION DIVISION.", "PROGRAM-ID. TEST1."]
    if files:
        lines += ["ENVIRONMENT DIVISION.", "INPUT-OUTPUT SECTION.", "FILE-CONTROL.", *files]
    lines += ["DATA DIVISION.", *data, f"PROCEDURE DIVISION{using}."]
    return "".join(f"       {line}\n" for line in lines) + "".join(
        f"           {line}\n" for line in (*statements, "STOP RUN.")
    )


def check(text, library=None):
    assert isinstance(FOUND, GnuCobol)
    return FOUND.check(SourceText("t.cob", text), library or {})


def observe(text, library=None, dialect="ibm-fixed", runs=1):
    return FOUND.observe(SourceText("t.cob", text), library or {}, dialect, runs)


STORE = ("WORKING-STORAGE SECTION.", "01 A PIC X(80).")


class TestCheck:
    def test_version_and_name(self):
        assert FOUND.name == "gnucobol" and FOUND.version[0].isdigit() and FOUND.version.count(".") >= 2

    def test_each_dialect(self):
        assert check(program('DISPLAY "A".')).dialect == "ibm-fixed"
        free = "\n".join(line[7:] for line in program('DISPLAY "A".').splitlines())
        assert check(free).dialect == "ibm-free"
        # CHAR is reserved in IBM's dialect.
        char = ("WORKING-STORAGE SECTION.", "01 CHAR PIC X.")
        assert check(program("DISPLAY CHAR.", data=char)).dialect == "default-fixed"

    def test_a_syntax_error_names_its_line(self):
        answer = check(program("MOVE GONE TO NOWHERE."))
        assert answer.outcome is Outcome.FAIL and answer.dialect == ""
        assert answer.reason == "syntax: prog.cob:5: error: 'GONE' is not defined"

    @pytest.mark.parametrize("text", ["", "\0\0\0", "}{" * 5000, "x\n" * 3000, "\udcff\ud800", "       COPY", "\x1a"])
    def test_what_is_no_cobol_fails_and_does_not_break(self, text):
        assert check(text).outcome is Outcome.FAIL
        assert observe(text)[0].outcome is Outcome.FAIL

    def test_a_program_that_is_all_copy_is_a_program(self):
        assert check("       COPY ALL1.", {"all1.cpy": program('DISPLAY "A".')}).outcome is Outcome.PASS

    def test_an_absent_copybook_is_not_the_samples_fault(self):
        answer = check(program("STOP RUN.", data=("WORKING-STORAGE SECTION.", "COPY GONE.", "COPY AWAY.")))
        assert (answer.outcome, answer.reason) == (Outcome.SKIPPED, "missing-copybook: GONE, AWAY")

    @pytest.mark.parametrize("what", ["CICS RETURN", "SQL COMMIT", "DLI TERM"])
    def test_exec_is_not_the_samples_fault(self, what):
        answer = check(program(f"EXEC {what} END-EXEC."))
        assert (answer.outcome, answer.reason.split(":")[0]) == (Outcome.SKIPPED, "cics")

    def test_exec_in_a_comment_is_no_excuse(self):
        assert check("      * EXEC CICS\n" + program("MOVE GONE TO NOWHERE.")).outcome is Outcome.FAIL

    @pytest.mark.parametrize("copy", ["COPY PAY.", "COPY pay.", 'COPY "Pay.cpy".', "COPY PAY OF LIB.", "COPY OUTER."])
    def test_copybooks_by_every_spelling(self, copy):
        library = {"x/Pay.cpy": "       01 A PIC X(80).\n", "x/outer.CPY": "       COPY pay.\n"}
        text = program('MOVE "HI" TO A. DISPLAY A(1:2).', data=("WORKING-STORAGE SECTION.", copy))
        assert check(text, library).outcome is Outcome.PASS
        assert observe(text, library)[1][0].stdout_bytes == 3

    def test_from_several_threads(self):
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(check(program('DISPLAY "A".')))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [a.outcome for a in answers] == [Outcome.PASS] * 4

    def test_without_a_sandbox_there_is_no_compiler(self):
        assert find_gnucobol(Missing("no-sandbox: x")) == Missing("no-sandbox: x")


class TestObserve:
    def test_two_runs_are_alike_also_by_the_clock(self):
        clock = (
            "ACCEPT A FROM TIME. DISPLAY A.",
            "MOVE FUNCTION CURRENT-DATE TO A. DISPLAY A.",
            "DISPLAY FUNCTION RANDOM.",
        )
        answer, (one, two) = observe(program(*clock, data=STORE), runs=2)
        assert (answer.outcome, answer.reason, answer.dialect) == (Outcome.PASS, "", "ibm-fixed")
        assert one == two and not one.silent and one.returncode == 0

    def test_files_left_behind_and_exit_status(self):
        text = program(
            "OPEN OUTPUT F. WRITE R. CLOSE F. MOVE 12 TO RETURN-CODE.",
            files=('SELECT F ASSIGN "OUT.TXT" ORGANIZATION LINE SEQUENTIAL.',),
            data=("FILE SECTION.", "FD F.", "01 R PIC X(3)."),
        )
        _, (seen,) = observe(text)
        assert list(seen.files) == ["OUT.TXT"] and seen.returncode == 12 and seen.stdout_bytes == 0

    def test_an_absent_input_file_is_an_exit_status(self):
        text = program(
            "OPEN INPUT F.",
            files=('SELECT F ASSIGN "IN" ORGANIZATION LINE SEQUENTIAL.',),
            data=("FILE SECTION.", "FD F.", "01 R PIC X(3)."),
        )
        assert observe(text)[1][0].returncode not in (0, None)

    def test_a_subprogram_compiles_and_is_not_run(self):
        text = program("CONTINUE.", data=("LINKAGE SECTION.", "01 A PIC X."), using=" USING A")
        answer, seen = observe(text)
        assert answer.outcome is Outcome.PASS and seen == ()
        assert answer.reason.startswith("not-executable: ") and "USING" in answer.reason

    def test_what_does_not_compile_is_not_run(self):
        answer, seen = observe(program("MOVE GONE TO NOWHERE."))
        assert answer.outcome is Outcome.FAIL and answer.reason.startswith("syntax: ") and seen == ()

    def test_an_unknown_dialect(self):
        assert observe(program(), dialect="-x; rm -rf /")[0].outcome is Outcome.ERROR
        assert FOUND.expand(SourceText("a", program()), {}, "nope") is None

    def test_an_endless_loop(self):
        _, (seen,) = observe(program("PERFORM UNTIL 1 = 2 CONTINUE END-PERFORM."))
        assert seen.stopped == "cpu"

    def test_endless_output(self):
        _, (seen,) = observe(program("PERFORM UNTIL 1 = 2", 'DISPLAY "AAAAAAAAAAAAAAAAAAAAAAAA"', "END-PERFORM."))
        assert seen.stopped == "output" and seen.stdout_bytes <= 1024 * 1024


class TestHostile:
    @pytest.mark.parametrize("path", ["/etc/passwd", "../../../../etc/passwd", str(Path(__file__).resolve())])
    def test_copy_of_a_host_file(self, path):
        text = program("CONTINUE.", data=("WORKING-STORAGE SECTION.", f"COPY '{path}'."))
        answer = check(text)
        assert answer.outcome in (Outcome.SKIPPED, Outcome.FAIL)
        assert "root:" not in answer.reason
        assert answer.reason.startswith("missing-copybook: ")
        for dialect in DIALECTS:
            assert "root:" not in (FOUND.expand(SourceText("a", text), {}, dialect) or "")

    def test_a_library_cannot_write_outside_of_the_folder(self, tmp_path):
        target = tmp_path / "x"
        check(program("CONTINUE.", data=("WORKING-STORAGE SECTION.", f'COPY "{target}".')), {str(target): "data"})
        assert not target.exists()

    def test_call_system_is_harmless(self, tmp_path):
        (tmp_path / "secret").write_text("s3cret")
        tmp_path.chmod(0o777)
        command = (
            f"cat /etc/passwd {tmp_path}/secret; ls /root /home; rm -rf {tmp_path}; echo ran; echo x > {tmp_path}/new"
        )
        data = (
            "WORKING-STORAGE SECTION.",
            "01 A.",
            *(f'   03 PIC X(40) VALUE "{command[i : i + 40]}".' for i in range(0, len(command), 40)),
        )
        _, (seen,) = observe(program('CALL "SYSTEM" USING A.', data=data))
        assert (tmp_path / "secret").read_text() == "s3cret" and not (tmp_path / "new").exists()
        assert seen.stdout_bytes == len("ran\n")  # nothing else was there to be read

    def test_no_network(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.2)
            command = f"bash -c 'echo x >/dev/tcp/127.0.0.1/{server.getsockname()[1]}'"
            data = ("WORKING-STORAGE SECTION.", f'01 A PIC X(60) VALUE "{command}".')
            observe(program('CALL "SYSTEM" USING A.', data=data))
            with pytest.raises(TimeoutError):
                server.accept()

    def test_links_left_behind_are_not_followed(self):
        data = ("WORKING-STORAGE SECTION.", '01 A PIC X(60) VALUE "ln -s /etc/passwd leak; mkfifo pipe".')
        _, (seen,) = observe(program('CALL "SYSTEM" USING A.', data=data))
        assert sorted(seen.files) == ["leak", "pipe"]

    def test_a_name_is_never_a_path_or_an_option(self):
        for name in ("../../x.cob", "-x", "a b;touch c.cob", "\0"):
            assert FOUND.check(SourceText(name, program('DISPLAY "A".')), {}).outcome is Outcome.PASS

    def test_a_million_lines(self):
        answer = check(program(*["DISPLAY 1."] * 60_000))
        assert answer.outcome in (Outcome.PASS, Outcome.ERROR)


class TestListing:
    def test_listing_names_symbols_and_references(self):
        listing = FOUND.listing(SourceText("a", program('MOVE "X" TO A.', data=STORE)), {}, "ibm-fixed")
        assert "X(80)" in listing and "ALPHANUMERIC" in listing and "5" in listing

    def test_expand_resolves_copy(self):
        text = program("CONTINUE.", data=("WORKING-STORAGE SECTION.", "COPY PAY REPLACING ==XX== BY ==NEW-NAME==."))
        expanded = FOUND.expand(SourceText("a", text), {"pay.cpy": "       01 XX PIC X.\n"}, "ibm-fixed")
        assert "NEW-NAME" in expanded and "COPY" not in expanded

    def test_what_is_refused_has_neither(self):
        assert FOUND.listing(SourceText("a", "nonsense"), {}, "ibm-fixed") is None
        assert (
            FOUND.expand(SourceText("a", program(data=("WORKING-STORAGE SECTION.", "COPY GONE."))), {}, "ibm-fixed")
            is None
        )


@pytest.mark.parametrize(("change", "same"), [
    (("WS-COUNT", "WS-TOTAL"), True),
    (("       PROCEDURE", "      * a note\n       PROCEDURE"), True),
    (("           ADD 1 TO WS-COUNT.\n", "           ADD 1\n             TO WS-COUNT.\n"), True),
    (("MOVE 1 TO WS-COUNT WS-OTHER.", "MOVE 1 TO WS-COUNT.\n           MOVE 1 TO WS-OTHER."), True),
    (('"/*A*/"', '"/*B*/"'), False),
    (('"/*A*/"', '"/*A */"'), False),
    (("VALUE 1", "VALUE 2"), False),
    (("ADD 1 TO", "SUBTRACT 1 FROM"), False),
    (("PIC 9(4)", "PIC 9(5)"), False),
], ids=lambda value: str(value)[:30])
def test_the_digest_of_the_code_sees_meaning_and_not_names(change: tuple[str, str], same: bool) -> None:
    text = ("       IDENTIFICATION DIVISION.\n       PROGRAM-ID. A.\n       DATA DIVISION.\n       WORKING-STORAGE SECTION.\n"
            "       01 WS-COUNT PIC 9(4) VALUE 1.\n       01 WS-OTHER PIC 9(4).\n       PROCEDURE DIVISION.\n"
            "           MOVE 1 TO WS-COUNT WS-OTHER.\n           ADD 1 TO WS-COUNT.\n"
            '           DISPLAY "/*A*/" WS-COUNT.\n           STOP RUN.\n')
    assert change[0] in text
    before = FOUND.code(SourceText("a.cob", text), {}, "ibm-fixed")
    after = FOUND.code(SourceText("a.cob", text.replace(*change)), {}, "ibm-fixed")
    assert before and after
    assert (before == after) is same


def test_no_code_of_what_does_not_compile() -> None:
    assert FOUND.code(SourceText("a.cob", "       PROGRAM-ID. A. NONSENSE."), {}, "ibm-fixed") is None


PAY = """       IDENTIFICATION DIVISION.
       PROGRAM-ID. PAY.
       ENVIRONMENT DIVISION.
       INPUT-OUTPUT SECTION.
       FILE-CONTROL.
           SELECT IN-FILE ASSIGN TO "PAY.DAT"
               ORGANIZATION LINE SEQUENTIAL FILE STATUS WS-STATUS.
       DATA DIVISION.
       FILE SECTION.
       FD IN-FILE.
       01 IN-LINE PIC X(80).
       WORKING-STORAGE SECTION.
       01 WS-STATUS PIC XX.
       01 WS-KIND PIC X VALUE "A".
       01 WS-SHARED PIC 9(4) EXTERNAL.
       01 WS-PAY PIC 9(4)V99 VALUE 100.
       01 WS-GROUP.
          05 WS-LEFT PIC X(3) VALUE "ABC".
          05 WS-UNREAD PIC X(3) VALUE "DEF".
       LINKAGE SECTION.
       01 LK-CODE PIC X(4).
       PROCEDURE DIVISION USING LK-CODE.
           OPEN INPUT IN-FILE.
           IF WS-KIND = "B"
               DISPLAY WS-GROUP
           ELSE
               COMPUTE WS-PAY = WS-PAY * 2 + WS-SHARED
           END-IF.
           IF LK-CODE NOT = "NONE" MOVE "X" TO WS-LEFT.
           MOVE 7 TO WS-SHARED.
           CALL "OTHER" USING WS-PAY.
           GOBACK.
"""


def _machine(text: str) -> tuple[str | None, str | None]:
    assert isinstance(FOUND, GnuCobol)
    source = SourceText("a.cob", text)
    return FOUND.code(source, {}, "ibm-fixed"), FOUND.machine(source, {}, "ibm-fixed")


@pytest.mark.parametrize(("old", "new"), [
    ('VALUE "A".', 'VALUE "A".\n          88 IS-B VALUE "B".'),
    ('WS-KIND = "B"', 'WS-KIND EQUAL TO "B"'),
    ("WS-PAY", "WS-WAGES"),
    ("           GOBACK.", "      * a note\n           GOBACK."),
    ("PROCEDURE DIVISION USING", "PROCEDURE DIVISION\n           USING"),
])
def test_machine_code_does_not_see_names_and_layout(old: str, new: str) -> None:
    assert old in PAY
    assert _machine(PAY)[1] and _machine(PAY.replace(old, new))[1] == _machine(PAY)[1]


def test_machine_code_is_equal_where_the_generated_code_differs() -> None:
    plain = PAY.replace('WS-KIND = "B"', 'WS-KIND NOT = "B"')
    named = PAY.replace('VALUE "A".', 'VALUE "A".\n          88 IS-B VALUE "B".').replace('WS-KIND = "B"', "NOT IS-B")
    (code, machine), (other_code, same_machine) = _machine(plain), _machine(named)
    assert code and other_code and code != other_code, "a != b here and !(a == b) there"
    assert machine and machine == same_machine


@pytest.mark.parametrize(("old", "new"), [
    ('"B"', '"C"'),
    ("* 2", "* 3"),
    ("* 2 +", "* 2 -"),
    ("NOT =", "="),
    ("9(4)V99", "9(5)V9"),
    ("9(4)V99", "9(4)V99 COMP-3"),
    ("9(4)V99", "S9(4)V99"),
    ("VALUE 100", "VALUE 101"),
    ('VALUE "DEF"', 'VALUE "DEG"'),  # read as part of its group only
    ("WS-SHARED PIC", "WS-SHAREE PIC"),  # EXTERNAL: its name is what other programs find it by
    (" EXTERNAL", ""),
    ('"OTHER"', '"OTHEZ"'),
    ('"PAY.DAT"', '"PAX.DAT"'),
    ("LINE SEQUENTIAL", "SEQUENTIAL"),
    ("IN-LINE PIC X(80)", "IN-LINE PIC X(81)"),
    ("PROGRAM-ID. PAY", "PROGRAM-ID. PAZ"),
    ("LK-CODE PIC X(4)", "LK-CODE PIC X(5)"),
    ("           MOVE 7 TO WS-SHARED.\n           CALL \"OTHER\" USING WS-PAY.\n",
     "           CALL \"OTHER\" USING WS-PAY.\n           MOVE 7 TO WS-SHARED.\n"),
    ("USING WS-PAY", "USING BY CONTENT WS-PAY"),
    ("GOBACK", "STOP RUN"),
])
def test_machine_code_sees_every_change_of_meaning(old: str, new: str) -> None:
    assert old in PAY
    changed = PAY.replace(old, new) if old != "WS-SHARED PIC" else PAY.replace("WS-SHARED", "WS-SHAREE")
    before, after = _machine(PAY), _machine(changed)
    assert before[1] and after[1] and before[1] != after[1]


def test_machine_code_holds_no_date() -> None:
    assert isinstance(FOUND, GnuCobol)
    fresh = [GnuCobol(FOUND.sandbox, FOUND.version, FOUND.binds, flags=FOUND.flags) for _ in range(2)]
    first = fresh[0].machine(SourceText("a.cob", PAY), {}, "ibm-fixed")
    time.sleep(1.1)  # cobc writes the second into the C
    assert first and fresh[1].machine(SourceText("b.cob", PAY), {}, "ibm-fixed") == first


def test_no_machine_code_of_what_does_not_compile_or_without_known_flags() -> None:
    assert isinstance(FOUND, GnuCobol)
    assert FOUND.machine(SourceText("a.cob", "       PROGRAM-ID. A. NONSENSE."), {}, "ibm-fixed") is None
    assert FOUND.machine(SourceText("a.cob", PAY), {}, "nope") is None
    bare = GnuCobol(FOUND.sandbox, FOUND.version, FOUND.binds)
    assert bare.machine(SourceText("a.cob", PAY), {}, "ibm-fixed") is None


def test_equal_generated_code_is_assembled_once() -> None:
    assert isinstance(FOUND, GnuCobol)
    fresh = GnuCobol(FOUND.sandbox, FOUND.version, FOUND.binds, flags=FOUND.flags)
    first = fresh.machine(SourceText("a.cob", PAY), {}, "ibm-fixed")
    fresh.flags = {"COB_CFLAGS": "--no-such-flag"}  # gcc would fail now
    assert fresh.machine(SourceText("a.cob", PAY.replace("WS-PAY", "WS-WAGES")), {}, "ibm-fixed") == first
    assert fresh.machine(SourceText("a.cob", PAY.replace("* 2", "* 3")), {}, "ibm-fixed") is None
