"""Personal data by shape: numbers with check digits, addresses, telephone numbers, dates of birth.

    >>> [(f.rule, f.certain) for f in find_personal("01 WS-IBAN PIC X(22) VALUE 'DE68210501700012345678'.")]
    [('iban', True)]

It refuses to take a number for a person's because a sum holds: see `checksums`. A number is certain where its shape is
rare enough (an IBAN), or where the text says nearby what it is ("SSN", "card"); else a person should look. Addresses
that are nobody's (example.org, info@, private networks, numbers that manuals print) are not found. Names, streets and
whatever needs a model of a language are not looked for; names in comments on changes are `people`'s.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from provenance.steps.screen import checksums as sums
from provenance.steps.screen.finding import Finding
from provenance.steps.screen.places import about, lowered

CHECK = "personal_data"
#: Characters before (and after) a number in which a word that says what it is counts.
_BEFORE, _AFTER = 90, 25
#: Numbers that manuals and payment firms print for everybody: seen, but nobody's.
_PUBLISHED = frozenset(re.findall(r"\w+", """
    4111111111111111 4242424242424242 4012888888881881 4222222222222 4000056655665556 5555555555554444 5105105105105100
    5200828282828210 2223003122003222 378282246310005 371449635398431 378734493671000 6011111111111117 6011000990139424
    3530111333300000 3566002020360505 30569309025904 38520000023237 4000000000000002 4917610000000000 DE89370400440532013000
    GB82WEST12345698765432 GB29NWBK60161331926819 FR1420041010050500013M02606 NL91ABNA0417164300 ES9121000418450200051332
    CH9300762011623852957 BE68539007547034 AT611904300234573201 IT60X0542811101000000123456 DK5000400440116243 NO9386011117947
    SE4550000000058398257466 12345678Z X1234567L 111222333 123456782 11144477735 52998224725 7569217076985 RSSMRA85T10A562S
    MRTMTT91D08F205J AB123456C QQ123456C"""))


@dataclass(frozen=True, slots=True)
class PersonalRule:
    """One shape. Group ``v`` of the pattern is the value.

    Attributes:
        words: in lower case; the text must hold one for the pattern to be tried (none: always).
        holds: asked of the value without separators.
        context: what the text nearby says where it is one; compiled.
        alone, near: what a match without and with that context is: None (nothing), False (uncertain), True (certain).
        seek: which of `_SEEKS` every match holds.
    """

    name: str
    kind: str
    words: tuple[str, ...]
    pattern: re.Pattern[str]
    holds: Callable[[str], bool]
    context: re.Pattern[str] | None = None
    alone: bool | None = None
    near: bool | None = True
    seek: str = "digits"


#: How to come near a match without trying every pattern at every character: what every match of a rule holds, and how
#: many characters before and after it a match can reach.
_SEEKS: dict[str, tuple[re.Pattern[str], int, int]] = {
    "digits": (re.compile(r"\d(?:[ .:/()+-]{0,3}\d){6}", re.ASCII), 60, 60),
    "six": (re.compile(r"\d(?: ?\d){5}", re.ASCII), 6, 6),
    "at": (re.compile("@"), 70, 340),
    "fiscal": (re.compile(r"\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z]", re.ASCII), 8, 2),
    "dots": (re.compile(r"\.\d{1,3}\.\d", re.ASCII), 20, 20),
    "colons": (re.compile(r":[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:"), 45, 45),
    "dates": (re.compile(r"(?:19|20)\d\d", re.ASCII), 12, 12),
}


def _rule(name: str, kind: str, pattern: str, holds: Callable[[str], bool], *, words: str = "", context: str = "",
          alone: bool | None = None, near: bool | None = True, seek: str = "digits") -> PersonalRule:
    near_by = re.compile(rf"(?<![^\W_\d])(?:{context})", re.IGNORECASE) if context else None
    return PersonalRule(name, kind, tuple(words.split()), re.compile(rf"(?<![\w.]){pattern}(?!\w)", re.ASCII), holds, near_by,
                        alone, near, seek)


def _always(value: str) -> bool:
    return True


#: Ranges of ISO/IEC 7812 that the card schemes issue from, with their lengths.
_CARD = re.compile(r"4\d{12}(?:\d{3})?|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
                   r"|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|3(?:0[0-5]|[689]\d)\d{11}|62\d{14}")


def _card(value: str) -> bool:
    return bool(_CARD.fullmatch(value)) and len(set(value)) > 3 and "000000" not in value and sums.luhn(value)


def _nobody(value: str) -> bool:
    """Digits that count up or down, or hardly differ: made up."""
    digits = re.sub(r"\D", "", value)
    return len(set(digits)) < 3 or digits in "01234567890123456789" or digits in "98765432109876543210"


def _phone(value: str) -> bool:
    digits = re.sub(r"\D", "", value)
    return 7 <= len(digits) <= 15 and not _nobody(digits) and not any(made in digits for made in ("55501", "1234567", "0000"))


def _address(value: str) -> bool:
    try:
        return ipaddress.ip_address(value).is_global and value not in {"1.1.1.1", "8.8.8.8", "8.8.4.4", "1.2.3.4", "9.9.9.9"}
    except ValueError:
        return False


_ROLES = re.compile(r"(?:info|support|admin|administrator|no-?_?reply|do-?not-?reply|contact|sales|help|helpdesk|webmaster"
                    r"|postmaster|root|git|hg|svn"
                    r"|security|hello|office|mail|e?mail|user\w*|name|your?[._-]?\w*|my[._-]?\w*|me|you|someone|somebody"
                    r"|nobody|foo|bar|test\w*|abc|xyz"
                    r"|from|to|sender|recipient|dev|team|licens\w+|legal|copyright|opensource|bugs?|list|lists|subscribe"
                    r"|[\w-]*-(?:dev|users|list))", re.IGNORECASE)
_NO_HOST = re.compile(r"(?:.*\.)?(?:example(?:\.\w+)?|test|invalid|local|localhost|localdomain|internal"
                      r"|(?:domain|your-?domain|my-?domain|email|mydomain|company|somewhere|foo|bar|test|acme|xyz|abc"
                      r"|some-?host|host|server"
                      r"|users\.noreply\.github)\.\w+)|.*\.(?:class|java|png|jpe?g|gif|svg|js|css|html?|md|txt|xml|py|sh|so"
                      r"|jar|exe|dll)", re.IGNORECASE)


def _email(value: str) -> bool:
    who, _, host = value.partition("@")
    return not _ROLES.fullmatch(who) and not _NO_HOST.fullmatch(host)


_CARD_WORDS = (r"(?:credit|debit)?[-_ ]?card|cc[-_ ]?n|pan\b|visa|master ?card|amex|american express|karte|kreditk|carte"
               r"|tarjeta|carta di")
_PHONE_WORDS = r"tele?fon|tele?phone|phone|tel\b|fax|mobile?\b|cell(?:ular)?\b|handy|t[ée]l[ée]phone|tel[ée]fono"
_ACCOUNT_WORDS = r"(?:bank[-_ ]?|giro)?(?:account|acct|konto|compte|cuenta)[-_ ]?(?:no\b|num|nr|nbr|nummer)"
_DATE = (r"(?:(?:19|20)\d\d(?P<s>[-/.]?)(?:0[1-9]|1[0-2])(?P=s)(?:0[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d"
         r"|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.](?:19|20)\d\d)")

RULES: tuple[PersonalRule, ...] = (
    _rule("card-number", "card", r"(?<!\d[ -])(?P<v>\d{4}([ -])\d{4}\2\d{4}\2\d{4}|3[47]\d\d([ -])\d{6}\3\d{5})(?![ -]\d)",
          _card, context=_CARD_WORDS, alone=True),
    _rule("card-number", "card", r"(?P<v>[2-6]\d{12,15})", _card, context=_CARD_WORDS, alone=False),
    _rule("iban", "iban", r"(?P<v>[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?)", sums.iban, alone=True),
    _rule("us-ssn", "national-id", r"(?P<v>\d{3}-\d\d-\d{4})(?!-)", sums.us_ssn, words="-",
          context=r"ssn|ss#|social[-_ ]?sec|soc[-_ ]sec|taxpayer", alone=False),
    _rule("us-ssn", "national-id", r"(?P<v>\d{9})", sums.us_ssn, words="ssn social", context=r"ssn|social[-_ ]?sec", near=False),
    _rule("german-tax-id", "tax-id", r"(?P<v>[1-9]\d(?: ?\d{3}){3})", sums.german_tax_id, words="steuer idnr tax tin",
          context=r"steuer|id-?nr|tax|tin\b"),
    _rule("spanish-id", "national-id", r"(?P<v>(?:\d{8}|[XYZ]\d{7})-?[A-HJ-NP-TV-Z])", sums.spanish_id,
          context=r"dni|nie\b|nif|documento|identidad", alone=False),
    _rule("french-nir", "national-id", r"(?P<v>[12] ?\d\d ?(?:0[1-9]|1[0-2]) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d)",
          sums.french_nir,
          context=r"nir\b|s[ée]cu|insee|assur[ée]", alone=False),
    _rule("codice-fiscale", "tax-id", r"(?P<v>[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z])", sums.codice_fiscale, alone=True,
          seek="fiscal"),
    _rule("dutch-bsn", "national-id", r"(?P<v>\d{9})", sums.dutch_bsn, words="bsn burgerservice sofi",
          context=r"bsn|burgerservice|sofi"),
    _rule("uk-nino", "national-id", r"(?P<v>(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?:\d{6}"
                                    r"|(?: \d\d){3} )[A-D])", _always,
          words="nino national insurance", context=r"nino\b|national[-_ ]?ins|ni[-_ ]?n(?:o|um)", seek="six"),
    _rule("uk-nhs", "national-id", r"(?P<v>\d{3}[ -]?\d{3}[ -]?\d{4})", sums.uk_nhs, words="nhs", context=r"nhs"),
    _rule("brazilian-cpf", "tax-id", r"(?P<v>\d{3}\.\d{3}\.\d{3}-\d\d)", sums.brazilian_cpf, alone=True),
    _rule("brazilian-cpf", "tax-id", r"(?P<v>\d{11})", sums.brazilian_cpf, words="cpf", context=r"cpf"),
    _rule("swiss-ahv", "national-id", r"(?P<v>756\.?\d{4}\.?\d{4}\.?\d\d)", sums.swiss_ahv, words="756",
          context=r"ahv|avs|navs", alone=False),
    _rule("polish-pesel", "national-id", r"(?P<v>\d{11})", sums.polish_pesel, words="pesel", context=r"pesel"),
    _rule("belgian-number", "national-id", r"(?P<v>\d\d\.?\d\d\.?\d\d-?\d{3}\.?\d\d)", sums.belgian_number,
          words="rijksregister registre niss insz",
          context=r"rijksreg|registre nat|niss|insz"),
    _rule("canadian-sin", "national-id", r"(?P<v>[1-79]\d\d[ -]?\d{3}[ -]?\d{3})", sums.luhn, words="sin social",
          context=r"sin\b|social[-_ ]?ins"),
    _rule("swedish-number", "national-id", r"(?P<v>\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[-+]?\d{4})", sums.luhn,
          words="personn",
          context=r"person-?n(?:umm|r)"),
    _rule("passport", "national-id", r"(?P<v>[A-Z]{0,2}\d{7,9})", lambda v: not _nobody(v),
          words="passport reisepass passeport pasaporte",
          context=r"(?:passport|reisepass|passeport|pasaporte)", near=False),
    _rule("bank-account", "account", r"(?P<v>\d{8,18})", lambda v: not _nobody(v) and "00000" not in v,
          words="acc konto compte cuenta",
          context=_ACCOUNT_WORDS, near=False),
    _rule("e-mail", "email", r"(?P<v>[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,24})", _email,
          words="@", alone=False, seek="at"),
    _rule("phone", "phone", r"(?P<v>\+[1-9]\d{0,2}(?:[ .-]|[ .-]?\(\d{1,4}\)[ .-]?)\d[\d .-]{5,14}\d)", _phone, words="+",
          alone=False),
    _rule("phone", "phone", r"(?P<v>\(\d{3}\) ?\d{3}-\d{4}|(?:\(?\+?\d{1,5}\)?[ /.-]{1,3}){1,4}\d{3,8}|0\d{6,12})", _phone,
          words="tel fon phone fax mobil cell handy",
          context=_PHONE_WORDS, near=False),
    _rule("ip-address", "ip-address", r"(?P<v>\d{1,3}(?:\.\d{1,3}){3})(?!\.\d)", _address, words=".", alone=False, seek="dots"),
    _rule("ip-address", "ip-address", r"(?P<v>[23][0-9A-Fa-f]{3}(?::[0-9A-Fa-f]{1,4}){7})", _address, words=":", alone=False,
          seek="colons"),
    _rule("date-of-birth", "date-of-birth", rf"(?P<v>{_DATE})", _always,
          words="dob birth geburt gebdat naiss nacim nascit nascim",
          context=r"dob\b|d\.o\.b|birth|geburt|geb-?dat|naissance|nacimiento|nascita|nascimento", near=False, seek="dates"),
)
#: A number after one of these says which release something is, not where.
_RELEASE = re.compile(r"(?:version|release|ver|rev|v|build|section|chapter|\u00a7)[ :=.]{0,3}[\"']?\Z", re.IGNORECASE)


def find_personal(text: str, rules: frozenset[str] | None = None) -> list[Finding]:
    """Every match that holds; may overlap, in order of the rules.

    Args:
        text: of any language and length: time is linear in it.
        rules: names of the rules to try; all where not given.
    """
    small = lowered(text)
    near: dict[str, list[tuple[int, int]]] = {}
    found: list[Finding] = []
    for rule in RULES:
        if (rules is not None and rule.name not in rules) or (rule.words and not any(word in small for word in rule.words)):
            continue
        if rule.seek not in near:
            near[rule.seek] = about(text, *_SEEKS[rule.seek])
        for begin, end in near[rule.seek]:
            found.extend(_found(rule, text, begin, end))
    return found


def _found(rule: PersonalRule, text: str, begin: int, stop: int) -> Iterator[Finding]:
    for match in rule.pattern.finditer(text, begin, stop):
        value = match["v"]
        bare = value if rule.kind in ("email", "phone", "ip-address", "date-of-birth") else re.sub(r"[ .-]", "", value)
        if not rule.holds(bare):
            continue
        start, end = match.span("v")
        certain = rule.near if _near(rule, text, start, end) else rule.alone
        if certain is None or (rule.kind == "ip-address" and _RELEASE.search(text[max(0, start - 12):start])):
            continue
        yield Finding(start, end, CHECK, rule.name, rule.kind, certain and bare not in _PUBLISHED)


def _near(rule: PersonalRule, text: str, start: int, end: int) -> bool:
    # Slices: a lookbehind must not see what lies before the window, nor a search run past it.
    return rule.context is not None and bool(rule.context.search(text[max(0, start - _BEFORE):start])
                                             or rule.context.search(text[end:end + _AFTER]))
