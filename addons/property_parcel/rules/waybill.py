# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a scanner sends, and the waybill number in it (PAR-04)."""

import re
import unicodedata
from dataclasses import dataclass

from .errors import RuleError

SHORTEST, LONGEST = 6, 32
S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
_AIM = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
_NUMBER = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)*-?")
_S10 = re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}")
_IN_URL = re.compile(
    r"[?&/](?:WAYBILL(?:NO)?|MAILNO|BILLCODE|NU|NO|CODE|P)[=/]([A-Z0-9-]{6,40})", re.IGNORECASE
)


@dataclass(frozen=True)
class Format:
    """How the numbers of one carrier look.

    :param prefixes: beginnings, any of them; none: any beginning
    :param lengths: allowed lengths as pairs (shortest, longest); none: any length
    :param check: ``"s10"`` for the check digit of the Universal Postal Union, else ``""``
    """

    prefixes: tuple[str, ...] = ()
    lengths: tuple[tuple[int, int], ...] = ()
    check: str = ""


def clean(raw: str) -> str:
    """Return the number in what a scanner or a person typed.

    Control characters, scanner prefixes (``]C1``), spaces, full-width forms, links around the
    number and a number read twice in one burst are noise.

    :raise RuleError: ``waybill_empty``, ``waybill_noise``, ``waybill_short``, ``waybill_long``
    """
    text = unicodedata.normalize("NFKC", raw or "")
    text = "".join(char for char in text if unicodedata.category(char)[0] not in "CZ")
    text = _AIM.sub("", text.strip()).upper()
    text = re.sub(r"[‐-―−_]", "-", text)
    if "://" in text:
        found = _IN_URL.search(text)
        if not found:
            raise RuleError("waybill_noise", text=text[:60])
        text = found.group(1)
    text = text.strip("-*.,;:'\"")
    if not text:
        raise RuleError("waybill_empty")
    if not _NUMBER.fullmatch(text) or not any(char.isdigit() for char in text):
        raise RuleError("waybill_noise", text=text[:60])
    text = _once(text)
    if len(text) < SHORTEST:
        raise RuleError("waybill_short", text=text, least=SHORTEST)
    if len(text) > LONGEST:
        raise RuleError("waybill_long", text=text[:60], most=LONGEST)
    return text


def _once(text: str) -> str:
    """Undo a double read: the same number two or three times without a gap."""
    for times in (2, 3):
        part = len(text) // times
        if part >= 2 * SHORTEST - 2 and len(text) % times == 0 and text == text[:part] * times:
            return text[:part]
    return text


def parse_lengths(text: str) -> tuple[tuple[int, int], ...]:
    """Read allowed lengths as ``12, 15`` or ``12-15``.

    :raise RuleError: ``lengths_invalid``
    """
    pairs = []
    for part in re.split(r"[,，;\s]+", (text or "").strip()):
        if not part:
            continue
        match = re.fullmatch(r"(\d{1,2})(?:-(\d{1,2}))?", part)
        if not match:
            raise RuleError("lengths_invalid", text=part)
        low, high = int(match[1]), int(match[2] or match[1])
        if not SHORTEST <= low <= high <= LONGEST:
            raise RuleError("lengths_invalid", text=part)
        pairs.append((low, high))
    return tuple(pairs)


def parse_prefixes(text: str) -> tuple[str, ...]:
    """Read beginnings as ``SF, 7``."""
    return tuple(part.upper() for part in re.split(r"[,，;\s]+", text or "") if part)


def fits(number: str, layout: Format) -> bool:
    """Tell whether ``number`` can be one of the carrier's."""
    return not problem(number, layout)


def problem(number: str, layout: Format) -> str:
    """Return what is wrong with ``number`` for this carrier, or ``""``.

    ``half`` is a number that begins like one of the carrier's and is too short: the scanner read
    a part of the barcode.
    """
    begins = not layout.prefixes or number.startswith(layout.prefixes)
    if not begins:
        return "prefix"
    if layout.lengths:
        if len(number) < min(low for low, _high in layout.lengths):
            return "half"
        if not any(low <= len(number) <= high for low, high in layout.lengths):
            return "length"
    if layout.check == "s10" and not s10_valid(number):
        return "check"
    return ""


def s10_valid(number: str) -> bool:
    """Tell whether a postal item number (UPU standard S10) has its check digit."""
    if not _S10.fullmatch(number):
        return False
    digits = [int(char) for char in number[2:11]]
    total = sum(digit * weight for digit, weight in zip(digits, S10_WEIGHTS, strict=False))
    check = 11 - total % 11
    return digits[8] == {10: 0, 11: 5}.get(check, check)


def candidates(number: str, layouts: dict[int, Format]) -> list[int]:
    """Return the carriers whose numbers look like this, the most specific first."""
    found = []
    for key, layout in layouts.items():
        if (layout.prefixes or layout.lengths or layout.check) and fits(number, layout):
            longest = max(
                (len(one) for one in layout.prefixes if number.startswith(one)), default=0
            )
            found.append((-longest, not layout.lengths, key))
    return [key for _longest, _open, key in sorted(found)]
