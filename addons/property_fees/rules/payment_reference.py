# SPDX-License-Identifier: LGPL-3.0-or-later
"""References for transfers: short enough for a phone, with check digits, found in any remark."""

import re
import unicodedata

from .errors import RuleError

PREFIX = "WY"
DIGITS = 8
# the letters may be typed apart from the digits, and the digits in groups
_PATTERN = re.compile(rf"{PREFIX}((?:[ \-]?[0-9]){{{DIGITS + 2}}})(?![0-9])")


def check_digits(number: str) -> str:
    """Return the two check digits of ISO 7064 MOD 97-10 for a string of digits."""
    return f"{98 - int(number + '00') % 97:02d}"


def make_reference(number: int) -> str:
    """Return the reference with a running number, e.g. 1234 -> WY0000123482.

    :raise RuleError: ``number_out_of_range`` below 1 or with more than eight digits
    """
    if not 1 <= number < 10**DIGITS:
        raise RuleError("number_out_of_range", number=number)
    digits = f"{number:0{DIGITS}d}"
    return f"{PREFIX}{digits}{check_digits(digits)}"


def is_valid(reference: str) -> bool:
    """Tell whether a text is exactly one reference whose check digits are right."""
    return find_references(reference) == (reference,)


def find_references(text: str) -> tuple[str, ...]:
    """Return the references in a remark, each once, in the order in which they stand.

    Full-width characters, small letters, and spaces or hyphens between digits are read as well.
    What has wrong check digits is not a reference: a typing error never finds another payer.
    """
    plain = unicodedata.normalize("NFKC", text or "").upper()
    found = []
    for match in _PATTERN.finditer(plain):
        digits = re.sub(r"[ \-]", "", match.group(1))
        reference = PREFIX + digits
        if check_digits(digits[:DIGITS]) == digits[DIGITS:] and reference not in found:
            found.append(reference)
    return tuple(found)
