# SPDX-License-Identifier: LGPL-3.0-or-later
"""Who a parcel is for, from what is legible: name, end of the phone, unit (PAR-04, PAR-27)."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

HIDDEN = "*"
# what is dropped before texts are compared, besides white space
DROPPED = " -_·.#,，号室栋座幢单元"


@dataclass(frozen=True)
class Person:
    """Somebody who lives in or owns a unit.

    :param current: lives there or owns it today
    """

    key: int
    unit_key: int
    name: str
    phone: str
    unit: str
    current: bool = True


def fold(text: str) -> str:
    """Return text without case, spaces and separators, for comparing."""
    plain = unicodedata.normalize("NFKC", text or "").lower()
    return "".join(char for char in plain if char not in DROPPED and not char.isspace())


def keys(text: str) -> list[str]:
    """Return the words of what was typed, folded."""
    return [key for key in map(fold, _words(text)) if key]


def _words(text: str) -> list[str]:
    return re.split(r"[\s,，;/]+", text or "")


def digits(text: str) -> str:
    """Return the decimal digits of a text."""
    return "".join(str(int(char)) for char in text or "" if char.isdecimal())


def tail(phone: str) -> str:
    """Return the last four digits of a phone number, or ``""`` when it has fewer than five."""
    number = digits(phone)
    return number[-4:] if len(number) >= 5 else ""


def mask_name(name: str) -> str:
    """Return a name with all but its first character hidden: 王** , W***."""
    name = (name or "").strip()
    return name[:1] + HIDDEN * min(2, max(1, len(name) - 1)) if name else ""


def score(person: Person, words: Iterable[str]) -> int:
    """Return how well a person fits the words; 0 when a word fits nothing.

    A whole unit or name counts most, then the end of the phone, then parts. A masked name
    (``王*明``) fits names of the same length with the same visible characters.
    """
    total = 0
    for word in words:
        points = _points(person, word)
        if not points:
            return 0
        total += points
    return total * 2 + (1 if person.current else 0) if total else 0


def _points(person: Person, word: str) -> int:
    key = fold(word)
    if not key:
        return 0
    unit, name, number = fold(person.unit), fold(person.name), digits(person.phone)
    points = 0
    if key == unit:
        points = 60
    elif key == name:
        points = 55
    elif HIDDEN in key and _fits_mask(key, name):
        points = 40
    elif key.isdecimal() and number and len(key) >= 7 and number.endswith(key):
        points = 58
    elif key.isdecimal() and len(key) == 4 and number.endswith(key):
        points = 45
    elif key.isdecimal() and len(key) >= 3 and unit.endswith(key):
        points = 42
    elif not key.isdecimal() and len(key) >= 2 and name.startswith(key):
        points = 25
    elif not key.isdecimal() and len(key) >= 2 and (key in name or key in unit):
        points = 15
    elif len(key) == 1 and not key.isdecimal() and name.startswith(key):
        points = 10
    return points


def _fits_mask(mask: str, name: str) -> bool:
    if len(mask) != len(name):
        return bool(mask.rstrip(HIDDEN)) and name.startswith(mask.rstrip(HIDDEN))
    return (
        all(left in (HIDDEN, right) for left, right in zip(mask, name, strict=True))
        and mask.strip(HIDDEN) != ""
    )


def propose(people: Iterable[Person], text: str, limit: int = 6) -> list[Person]:
    """Return the people that fit what was typed, the best first."""
    words = [word for word in _words(text) if fold(word)]
    if not words:
        return []
    found = [(score(person, words), person) for person in people]
    found = [(points, person) for points, person in found if points]
    found.sort(key=lambda one: (-one[0], one[1].unit, one[1].name, one[1].key))
    return [person for _points, person in found[:limit]]
