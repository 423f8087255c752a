"""Laws of the replacements: same value, same replacement; length, classes and check digits kept; nothing of the value left."""

from __future__ import annotations

import datetime
import ipaddress
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from provenance.errors import InvalidId
from provenance.steps.mask import fingerprint, numbers, words
from provenance.steps.mask.draw import Draw, subkey
from provenance.steps.mask.replace import SECRETS, Replacer, shared
from provenance.steps.screen import checksums as sums
from provenance.steps.screen.personal import find_personal

KEY = subkey(b"k" * 32)
MASK = Replacer(KEY)


def with_check(body: str) -> str:
    return next(body + digit for digit in string.digits if sums.luhn(body + digit))


CARDS = st.builds(lambda start, rest: with_check((start + rest)[:15]),
                  st.sampled_from(["4", "51", "55", "2223", "6011", "65", "3530", "62"]),
                  st.text(string.digits, min_size=15, max_size=15))
CODES = st.from_regex(r"[A-Z]{0,3}-?[1-9][0-9]{4,12}", fullmatch=True)
NAMES = st.lists(st.from_regex(r"[A-Z][a-z]{1,11}", fullmatch=True), min_size=1, max_size=3).map(" ".join)
MAILS = st.from_regex(r"[a-z][a-z0-9.]{0,14}@[a-z]{2,12}\.(?:de|com|org)", fullmatch=True)


def kind_of(char: str) -> str:
    return "digit" if char.isdecimal() else "upper" if char.isupper() else "lower" if char.islower() else char


@given(st.sampled_from(["account", "customer", "whatever"]), CODES)
def test_a_code_keeps_length_and_classes_and_nothing_else(kind, value):
    made = MASK.of(kind, value)
    assert made is not None and made != value
    assert list(map(kind_of, made)) == list(map(kind_of, value))
    core, new = ("".join(filter(str.isalnum, text)) for text in (value, made))
    assert not shared(core, new)
    assert MASK.of(kind, value) == made


@given(CODES, st.sampled_from(["-", " ", "."]), st.integers(1, 4))
def test_the_same_number_is_the_same_however_it_is_written(value, separator, at):
    core = "".join(filter(str.isalnum, value))
    apart = core[:at] + separator + core[at:]
    made, other = MASK.of("account", core), MASK.of("account", apart)
    assert made is not None and other is not None and other == made[:at] + separator + made[at:]
    lower = MASK.of("account", core.lower())
    assert lower == made.lower()
    if core.isdecimal():
        assert MASK.of("account", "000" + core) == "000" + made


@given(CARDS)
def test_cards_are_of_the_same_network_right_and_nobodys(value):
    made = MASK.of("card", value)
    assert made is not None and len(made) == len(value) and made[0] == value[0] and "000000" in made
    assert sums.luhn(made) and made != value
    spaced = " ".join(value[at:at + 4] for at in range(0, 16, 4))
    assert MASK.of("card", spaced) == " ".join(made[at:at + 4] for at in range(0, 16, 4))
    # The screen's own rule: a number of this form is nobody's.
    assert not find_personal(f"card number {made}")
    wrong = value[:-1] + str((int(value[-1]) + 1) % 10)
    assert len(MASK.of("card", wrong) or "") == len(wrong)


@given(st.sampled_from([("DE", 18), ("FR", 23), ("NL", 14), ("GB", 18)]), st.text(string.digits, min_size=23, max_size=23))
def test_ibans_keep_their_country_and_their_sum(country, digits):
    land, size = country
    bban = digits[:size] if land != "NL" else "ABNA" + digits[:10]
    check = next(f"{number:02}" for number in range(2, 99) if numbers.mod97(f"{land}{number:02}{bban}"))
    value = f"{land}{check}{bban}"
    assume(sums.iban(value))
    made = MASK.of("iban", value)
    assert made is not None and sums.iban(made) and made[:2] == land and made != value
    assert made[4:8] == ("XXXX" if land == "NL" else "0000")
    assert numbers.mod97("broken") is False


IDS = {"german_tax_id": "86095742719", "spanish_id": "54362315K", "french_nir": "255081416802538",
       "codice_fiscale": "MRTMTT25D09F205Z",
       "dutch_bsn": "111222333", "uk_nhs": "9434765919", "brazilian_cpf": "11144477735", "swiss_ahv": "7569217076985",
       "polish_pesel": "44051401359", "belgian_number": "85073003328"}


@pytest.mark.parametrize(("check", "value"), [
    *IDS.items(), ("spanish_id", "X1234567L"), ("luhn", "046454286"), ("luhn", "130692544")])
def test_numbers_of_people_keep_their_check_digits(check, value):
    assert getattr(sums, check)(value)
    made = MASK.of("national-id", value)
    assert made is not None and len(made) == len(value) and made != value
    assert list(map(kind_of, made)) == list(map(kind_of, value))
    assert any(shape.right(made) for shape in numbers.SHAPES if shape.looks.fullmatch(made))


def test_social_security_numbers_are_of_an_area_that_is_never_given():
    made = MASK.of("ssn", "219-09-1234")
    assert made is not None and made.startswith("666-") and not find_personal(f"ssn {made}")


@pytest.mark.parametrize(("value", "part"), [
    ("(212) 736-5000", ") 555-01"), ("+1 212 736 5000", "555 01"), ("736-5000", "555-01"), ("+44 20 7946 1234", "+44 77 0090 0"),
    ("020 79461234", "077 00900"), ("+33 1 42 68 53 00", "+33 1 99 00 9"),
    ("+49 30 901820123", "+49 30 23125"), ("0142685300", "019900")])
def test_telephone_numbers_are_kept_for_fiction(value, part):
    made = MASK.of("phone", value)
    assert made is not None and part in made and len(made) == len(value) and made != value


def test_other_telephone_numbers_are_drawn():
    assert MASK.of("phone", "+7 495 123-45-67") not in (None, "+7 495 123-45-67")


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2019, 12, 31)),
       st.sampled_from(["%Y%m%d", "%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y"]))
def test_days_stay_days_of_their_century(day, form):
    value = day.strftime(form)
    made = MASK.of("date-of-birth", value)
    assert made is not None and made != value
    assert datetime.datetime.strptime(made, form).strftime("%Y")[:2] == str(day.year)[:2]  # a day has no zone


def test_short_days():
    assert (MASK.of("date-of-birth", "31121968") or "")[4:6] == "19" and (MASK.of("date-of-birth", "12311968") or "")[4:6] == "19"
    wrong = MASK.of("iban", "DE00370400440532013099")
    assert wrong is not None and wrong[:2] == "DE" and wrong[4:8] == "0000"
    made = MASK.of("date-of-birth", "3/11/1968")
    assert made is not None and len(made) == 9 and made.split("/")[2].startswith("19")
    assert MASK.of("date-of-birth", "680311") not in (None, "680311")
    assert MASK.of("date-of-birth", "1968") not in (None, "1968")


@given(NAMES)
def test_names_are_names_of_the_same_length_and_case(value):
    made = MASK.of("person", value)
    filling = all(part.lower() in words.FILLERS for part in value.split())
    assert (made is not None and made != value) or filling
    assert made is None or list(map(kind_of, made)) == list(map(kind_of, value))
    if made is not None and not filling:
        assert MASK.of("person", value.upper()) == made.upper()
        for old, new in zip(value.split(), made.split(), strict=True):
            assert old.lower() in words.FILLERS or not shared(old, new)


def test_a_persons_name_is_theirs_in_any_order():
    one, other = MASK.of("person", "Erika Mustermann"), MASK.of("person", "MUSTERMANN, ERIKA")
    assert one is not None and other is not None
    assert set(one.upper().split()) == set(other.replace(",", "").split())
    assert (MASK.of("person", "Dr. von Braun") or "").startswith("Dr. von ")
    assert MASK.of("person", "X") not in (None, "X")


def test_letters_that_are_not_ascii_keep_their_script_and_width():
    for value in ("Müller", "Жуков", "Ωνάσης", "山田太郎"):
        made = MASK.of("person", value)
        assert made is not None and made != value and len(made.encode()) == len(value.encode())
    latin = Replacer(KEY, "latin-1").of("person", "Müller")
    assert latin is not None and len(latin.encode("latin-1")) == 6
    code = MASK.of("customer", "Ж123456")
    assert code is not None and not code[0].isascii() and code[1:].isdecimal()
    assert Replacer(KEY, "no-such-codec").of("person", "Жуков") not in (None, "Жуков")


@given(MAILS)
def test_addresses_are_nobodys(value):
    made = MASK.of("email", value)
    assert made is not None and len(made) == len(value) and made.count("@") == 1 and made != value
    assert made.endswith((".test", ".zz", "example.org", "example.com", "example.net"))
    assert MASK.of("email", value.upper()) == made.upper()
    assert not find_personal(made) or made.endswith(".zz")


def test_what_is_hardly_an_address():
    assert MASK.of("email", "a@b.c") not in (None, "a@b.c")


@given(st.ip_addresses(v=4))
def test_internet_addresses_are_no_hosts(value):
    made = MASK.of("ip-address", str(value))
    assert made is not None and made != str(value) and len(made) == len(str(value))
    assert not ipaddress.ip_address(made).is_global


def test_internet_addresses_of_version_six():
    made = MASK.of("ip-address", "2A00:1450:4001:082A:0000:0000:0000:200E")
    assert made is not None and not ipaddress.ip_address(made).is_global and made.isupper()
    assert MASK.of("ip-address", "abc") not in (None, "abc")


@given(st.sampled_from(sorted(SECRETS)), st.text(string.ascii_letters + string.digits + "!$ \n", min_size=3, max_size=30))
def test_secrets_leave_nothing_but_their_length(kind, value):
    made = MASK.of(kind, value)
    assert (made is not None and len(made) == len(value) and made != value) or not value.strip()
    assert set(made or "") - set(" \n") <= {"X", "x"}
    assert MASK.of(kind, "4711", number=True) == "9999" and MASK.of(kind, "9999", number=True) == "8888"


def test_what_has_nothing_to_replace():
    assert MASK.of("card", "---") is None
    assert words.name("Ж", Draw(KEY, "n", "x")) != "Ж"


def test_another_key_draws_otherwise_and_none_is_refused():
    other = Replacer(subkey(b"o" * 32))
    assert other.of("account", "4071826355") != MASK.of("account", "4071826355")
    assert fingerprint(b"k" * 32) != fingerprint(b"o" * 32) and len(fingerprint(b"k" * 32)) == 16
    with pytest.raises(InvalidId):
        subkey(b"")


def test_draws_are_even():
    draw = Draw(KEY, "test", "x")
    counts = [0] * 10
    for _ in range(5000):
        counts[draw.below(10)] += 1
    assert min(counts) > 400
