# SPDX-License-Identifier: LGPL-3.0-or-later
"""Numbers on a fully digitalised e-invoice (数电票), and the taxpayer number of its buyer."""

import re
import unicodedata
from collections.abc import Collection

from .errors import RuleError

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def narrow(text: object) -> str:
    """Half-width, without blanks and hyphens, in capitals."""
    return re.sub(r"[\s\-‐-―]", "", unicodedata.normalize("NFKC", str(text or ""))).upper()


def check_invoice_number(
    text: object, regions: Collection[str], issue_year: int | None = None
) -> str:
    """Return the 20 digits of an e-invoice number.

    Digits 1-2 are the last two of the year, 3-4 the province or the city with a tax bureau of its
    own, 5 the channel by which it was issued, 6-20 a serial number.

    :param regions: codes of two digits that exist
    :param issue_year: the year in which it was issued, when that is known
    :raise RuleError: ``invoice_number_length``, ``invoice_number_region``, ``invoice_number_year``
    Source: announcements of the provincial tax bureaus on 全面数字化的电子发票 (e.g. 国家税务总局
    上海市税务局公告2021年第3号), 国家税务总局公告2024年第11号
    """
    number = narrow(text)
    if not re.fullmatch(r"[0-9]{20}", number):
        raise RuleError("invoice_number_length", number=number, length=len(number))
    if number[2:4] not in regions:
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
    Source: 商品和服务税收分类编码表 (国家税务总局公告2016年第23号 and its later versions)
    """
    code = narrow(text)
    if not re.fullmatch(r"[0-9]{19}", code):
        raise RuleError("item_code", digits=code)
    return code
