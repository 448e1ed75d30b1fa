# SPDX-License-Identifier: LGPL-3.0-or-later
"""How personal numbers are shown to people who do not need them in full (BAS-16)."""

import re

MASK = "*"
_PHONE_HEAD = 3
_TAIL = 4
_CHINA_MOBILE = re.compile(r"^(?:\+?86|0086)?(1\d{10})$")
_SEPARATORS = re.compile(r"[\s()./\\-]")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"


def normalise_phone(number):
    """Return the digits of ``number`` without separators and without the code of China.

    Full-width digits count as digits.

    :param number: as written by a person, or empty
    :return: digits, with a leading ``+`` kept for other countries; ``""`` when there are none
    """
    text = _SEPARATORS.sub("", half_width(number or ""))
    match = _CHINA_MOBILE.match(text)
    if match:
        return match.group(1)
    return text


def mask_phone(number):
    """Return ``number`` with all but its first three and last four digits hidden.

    >>> mask_phone("+86 138 0000 0001")
    '138****0001'
    >>> mask_phone("12345")
    '*****'

    :param number: phone number as stored
    :return: masked text; short numbers are hidden altogether; ``""`` for nothing
    """
    text = normalise_phone(number)
    if not text:
        return ""
    hidden = len(text) - _PHONE_HEAD - _TAIL
    if hidden < 1:
        keep = _TAIL if len(text) > _TAIL + 2 else 0
        return MASK * (len(text) - keep) + (text[-keep:] if keep else "")
    return text[:_PHONE_HEAD] + MASK * hidden + text[-_TAIL:]


def mask_id_number(number):
    """Return an identity number with all but its last four characters hidden.

    >>> mask_id_number("11010519491231002X")
    '**************002X'

    :param number: identity number as stored
    :return: masked text; ``""`` for nothing
    """
    text = (number or "").strip()
    keep = _TAIL if len(text) > _TAIL + 2 else 0
    return MASK * (len(text) - keep) + (text[-keep:] if keep else "")


def is_masked(text):
    """Tell whether ``text`` is a masked number and not a number."""
    return MASK in (text or "") or "＊" in (text or "")


def is_mask_of(masked, number):
    """Tell whether ``masked`` could be what a screen showed for ``number``.

    :param masked: text with ``*`` in it
    :param number: the stored number, phone or identity
    """
    shown = normalise_phone(masked)
    full = normalise_phone(number)
    visible_tail = shown.rsplit(MASK, 1)[-1]
    return is_masked(shown) and full.endswith(visible_tail)


def normalise_id_number(number):
    """Return an identity number in upper case without spaces, digits in half width."""
    return re.sub(r"[\s-]", "", half_width(number or "")).upper()


def id_tail(number):
    """Return the last four characters of an identity number, by which people are matched."""
    text = normalise_id_number(number)
    return text[-_TAIL:] if len(text) >= _TAIL else ""


def is_valid_resident_id(number):
    """Tell whether an 18-character Chinese resident identity number has a right check digit.

    Source: GB 11643-1999 (ISO 7064:1983 MOD 11-2).
    """
    text = normalise_id_number(number)
    if not re.fullmatch(r"\d{17}[\dX]", text):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _ID_WEIGHTS, strict=False))
    return _ID_CHECKS[total % 11] == text[17]


def half_width(text):
    """Turn full-width digits, letters and signs into their ordinary form."""
    return "".join(
        chr(ord(char) - 0xFEE0) if 0xFF01 <= ord(char) <= 0xFF5E else char for char in text
    )
