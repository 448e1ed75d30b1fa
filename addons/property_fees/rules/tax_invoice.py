# SPDX-License-Identifier: LGPL-3.0-or-later
"""Numbers on a fully digitalised e-invoice (数电票), and the taxpayer number of its buyer."""

import re
import unicodedata

from .errors import RuleError

# provinces by their statistical code, then the cities with a tax bureau of their own
REGIONS = frozenset(
    str(code)
    for codes in (
        range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66),
        range(91, 96),
    )
    for code in codes
)  # fmt: skip
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def narrow(text: object) -> str:
    """Half-width, without blanks and hyphens, in capitals."""
    return re.sub(r"[\s\-‐-―]", "", unicodedata.normalize("NFKC", str(text or ""))).upper()


def check_invoice_number(text: object, issue_year: int | None = None) -> str:
    """Return the 20 digits of an e-invoice number.

    Digits 1-2 are the year, 3-4 the region of the tax bureau, 5 the channel, 6-20 a serial number.

    :param issue_year: the year in which it was issued, when that is known
    :raise RuleError: ``invoice_number_length``, ``invoice_number_region``, ``invoice_number_year``
    Source: 国家税务总局公告2024年第11号
    """
    number = narrow(text)
    if not re.fullmatch(r"[0-9]{20}", number):
        raise RuleError("invoice_number_length", number=number, length=len(number))
    if number[2:4] not in REGIONS:
        raise RuleError("invoice_number_region", number=number, region=number[2:4])
    if issue_year is not None and int(number[:2]) != issue_year % 100:
        raise RuleError("invoice_number_year", number=number, year=issue_year)
    return number


def check_taxpayer_number(text: object) -> str:
    """Return a taxpayer number: 18 characters with a check digit, or an older one of 15 or 20.

    :raise RuleError: ``taxpayer_number``
    Source: GB 32100-2015
    """
    number = narrow(text)
    if len(number) == 18 and re.fullmatch(r"[0-9A-Z]{18}", number):
        if number.isdigit() or re.fullmatch(r"[0-9]{17}X", number):
            return number  # the number of a resident's identity card, used by the self-employed
        if all(sign in _CREDIT_ALPHABET for sign in number):
            total = sum(
                _CREDIT_ALPHABET.index(sign) * weight
                for sign, weight in zip(number, _CREDIT_WEIGHTS, strict=False)
            )
            if _CREDIT_ALPHABET[(31 - total % 31) % 31] == number[17]:
                return number
    elif re.fullmatch(r"[0-9A-Z]{15}|[0-9A-Z]{20}", number):
        return number
    raise RuleError("taxpayer_number", number=number)


def check_item_code(text: object) -> str:
    """Return the 19 digits of a tax classification code of goods and services.

    :raise RuleError: ``item_code``
    """
    code = narrow(text)
    if not re.fullmatch(r"[0-9]{19}", code):
        raise RuleError("item_code", digits=code)
    return code
