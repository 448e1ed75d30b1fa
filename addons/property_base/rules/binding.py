# SPDX-License-Identifier: LGPL-3.0-or-later
"""How well a person who asks for a unit matches the register (design: property.binding)."""

from collections.abc import Iterable
from dataclasses import dataclass

from .personal import half_width, id_tail, normalise_phone

_SUFFIXES = ("单元", "号楼", "栋", "幢", "室", "房", "号")
PHONE, ID_TAIL, NAME = "phone", "id_tail", "name"
_POINTS = {PHONE: 50, ID_TAIL: 35, NAME: 15}


@dataclass(frozen=True)
class Person:
    """A person of the register, or the one who asks.

    :param key: identifier, used to break ties
    :param name: as written
    :param phone: as written
    :param id_tail: last four characters of the identity number
    """

    key: int
    name: str
    phone: str
    id_tail: str


@dataclass(frozen=True)
class Match:
    """The best match in the register.

    :param key: identifier of the matching person, ``None`` when nobody matches at all
    :param score: 0 to 100
    :param equal: what is equal, out of ``phone``, ``id_tail``, ``name``
    :param different: what both sides state and differs
    """

    key: int | None
    score: int
    equal: tuple[str, ...]
    different: tuple[str, ...]

    @property
    def is_exact(self):
        """Tell whether phone and identity tail both agree, and nothing speaks against it."""
        return PHONE in self.equal and ID_TAIL in self.equal and not self.different


def match(asker: Person, register: Iterable[Person]) -> Match:
    """Return the person of the register who is most likely the one who asks.

    The highest score wins, ties go to the lowest key. What one side does not state neither
    counts for nor against.

    :param asker: what the asker states
    :param register: people of the unit in the role asked for
    """
    best = Match(None, 0, (), ())
    for person in sorted(register, key=lambda item: item.key):
        equal, different = [], []
        for fact, stated, known in _facts(asker, person):
            if stated and known:
                (equal if stated == known else different).append(fact)
        score = sum(_POINTS[fact] for fact in equal)
        if score > best.score:
            best = Match(person.key, score, tuple(equal), tuple(different))
    return best


def _facts(asker, person):
    yield PHONE, normalise_phone(asker.phone), normalise_phone(person.phone)
    yield ID_TAIL, id_tail(asker.id_tail), id_tail(person.id_tail)
    yield NAME, _plain(asker.name), _plain(person.name)


def _plain(name):
    return "".join((name or "").split()).casefold()


def clean_code(text):
    """Return the code of an entrance or room as the register writes it.

    >>> clean_code(" １单元")
    '1'
    >>> clean_code("1203室")
    '1203'
    """
    code = "".join(half_width(text or "").split())
    for suffix in _SUFFIXES:
        if code.endswith(suffix) and code != suffix:
            return code[: -len(suffix)]
    return code
