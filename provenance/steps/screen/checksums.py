"""The check digits of numbers that name people, accounts and cards. Each takes the bare number and says whether it holds.

    >>> luhn("4111111111111111"), iban("DE89370400440532013000"), luhn("4111111111111112")
    (True, True, False)

A sum that holds is no proof: one random number in ten passes Luhn, one in eleven a sum modulo 11, one in 97 an IBAN's.
That is why `personal` also asks for an issuer's range, for separators, or for a word nearby.

Sources: ISO/IEC 7812-1 (Luhn), ISO 13616 with the SWIFT IBAN registry (lengths), ISO 7064 (MOD 11,10), and the issuing
authorities' own descriptions of each national number.
"""

from __future__ import annotations

from collections.abc import Sequence

#: Length of an IBAN by country, as the SWIFT registry has it.
IBAN_LENGTHS: dict[str, int] = {code: int(length) for length, codes in {
    "15": "NO", "16": "BE", "18": "DK FI FO GL NL", "19": "MK SI", "20": "AT BA EE KZ LT LU XK", "21": "CH HR LI LV",
    "22": "BG BH CR DE GB GE IE ME RS VA", "23": "AE GI IL IQ OM SO TL", "24": "AD CZ ES MD PK RO SA SE SK TN VG",
    "25": "LY PT ST", "26": "IS TR", "27": "BI DJ FR GR IT MC MR SM", "28": "AL AZ BY CY DO GT HU LB NI PL SV",
    "29": "BR EG PS QA UA", "30": "JO KW MU", "31": "MT SC", "32": "LC", "33": "RU"}.items() for code in codes.split()}


def luhn(digits: str) -> bool:
    """The sum of ISO/IEC 7812-1: every second digit from the right doubled."""
    total = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def iban(number: str) -> bool:
    """The country's length, and 1 modulo 97 with the first four signs at the end and letters as 10..35."""
    if IBAN_LENGTHS.get(number[:2]) != len(number) or not number[2:4].isdigit():
        return False
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1


def german_tax_id(digits: str) -> bool:
    """Steuer-Identifikationsnummer: ISO 7064 MOD 11,10; among the first ten digits one or two values repeat."""
    counts = [digits[:10].count(digit) for digit in set(digits[:10])]
    if len(digits) != 11 or digits[0] == "0" or max(counts) > 3 or sum(count > 1 for count in counts) != 1:
        return False
    product = 10
    for digit in digits[:10]:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(digits[10])


def spanish_id(number: str) -> bool:
    """DNI (eight digits) or NIE (X, Y, Z and seven digits): the letter is the number modulo 23."""
    digits = number[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == number[-1]


def french_nir(number: str) -> bool:
    """Numéro de sécurité sociale: sex, year, month, department, then 97 less the number modulo 97."""
    body = number[:13].replace("2A", "19").replace("2B", "18")
    return body.isdigit() and 97 - int(body) % 97 == int(number[13:])


_ODD = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16,
                10, 22, 25,
                 24, 23), strict=True))


def codice_fiscale(code: str) -> bool:
    """Italian tax code: odd places by a table, even ones by value; the last letter is the sum modulo 26."""
    total = sum(_ODD[sign] if place % 2 == 0 else int(sign, 36) - (0 if sign.isdigit() else 10)
                for place, sign in enumerate(code[:15]))
    return chr(ord("A") + total % 26) == code[15]


def _weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def dutch_bsn(digits: str) -> bool:
    """Burgerservicenummer: the eleven test with -1 for the last digit."""
    return int(digits) > 0 and _weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def brazilian_cpf(digits: str) -> bool:
    """Cadastro de Pessoas Físicas: two check digits modulo 11; eleven equal digits are none."""
    if len(set(digits)) == 1:
        return False
    return all(int(digits[n]) == _weighted(digits[:n], range(n + 1, 1, -1)) * 10 % 11 % 10 for n in (9, 10))


def swiss_ahv(digits: str) -> bool:
    """AHV number: 756 and the check digit of EAN-13."""
    return digits.startswith("756") and _weighted(digits, (1, 3) * 6 + (1,)) % 10 == 0


def polish_pesel(digits: str) -> bool:
    """PESEL: a date and a weighted sum modulo 10."""
    month = int(digits[2:4]) % 20
    return 1 <= month <= 12 and 1 <= int(digits[4:6]) <= 31 and _weighted(digits, (1, 3, 7, 9) * 2 + (1, 3, 1)) % 10 == 0


def belgian_number(digits: str) -> bool:
    """Rijksregisternummer: 97 less the first nine modulo 97; a 2 stands before them for those born from 2000 on."""
    body, check = digits[:9], int(digits[9:])
    return check in (97 - int(body) % 97, 97 - int("2" + body) % 97)


def uk_nhs(digits: str) -> bool:
    """NHS number: a weighted sum modulo 11."""
    check = 11 - _weighted(digits[:9], range(10, 1, -1)) % 11
    return check != 10 and check % 11 == int(digits[9])


def us_ssn(digits: str) -> bool:
    """A Social Security number has no check digit: areas, groups and serials that were never issued are refused, and the
    numbers that were printed on wallets and in advertisements."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return (area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"
            and digits not in ("078051120", "219099999", "123456789", "111111111", "123121234"))
