# SPDX-License-Identifier: LGPL-3.0-or-later
"""Merge and split of units: what part of each old unit went into each new one.

Areas are ``Decimal`` in m²; parts are exact fractions of the old unit, so that old bills keep the
old area and nothing is lost by rounding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .errors import RuleError


@dataclass(frozen=True)
class Link:
    """What went from one old unit into one new unit.

    :param old: position of the old unit
    :param new: position of the new unit
    :param part: exact part of the old unit's area, above 0 and at most 1
    :param area: the same in m² of the old unit, to two decimals; the links of one old unit add up
        to its area
    """

    old: int
    new: int
    part: Fraction
    area: Decimal


def difference(old: Sequence[Decimal], new: Sequence[Decimal]) -> Decimal:
    """Return by how many m² the new areas exceed the old ones; below zero: fall short."""
    return sum(new, Decimal(0)) - sum(old, Decimal(0))


def links(kind: str, old: Sequence[Decimal], new: Sequence[Decimal]) -> list[Link]:
    """Return the lineage of a merge (many to one) or a split (one to many).

    In a split the old area is shared out in proportion to the new areas; what rounding leaves goes
    to the largest remainders, ties by position.

    :param kind: ``"merge"`` or ``"split"``
    :param old: areas of the old units in m²
    :param new: areas of the new units in m²
    :return: one link per pair that is related
    :raise RuleError: ``bad_kind``, ``merge_count``, ``split_count``, ``no_area``
    """
    if kind == "merge":
        if len(old) < 2 or len(new) != 1:
            raise RuleError("merge_count")
        return [Link(index, 0, Fraction(1), area) for index, area in enumerate(old)]
    if kind != "split":
        raise RuleError("bad_kind")
    if len(old) != 1 or len(new) < 2:
        raise RuleError("split_count")
    total = sum(new, Decimal(0))
    if any(area <= 0 for area in new):
        raise RuleError("no_area")
    parts = [Fraction(area) / Fraction(total) for area in new]
    cents = int(old[0] * 100)
    exact = [part * cents for part in parts]
    floors = [int(value) for value in exact]
    left = cents - sum(floors)
    order = sorted(range(len(new)), key=lambda index: (floors[index] - exact[index], index))
    for index in order[:left]:
        floors[index] += 1
    return [Link(0, index, part, Decimal(floors[index]) / 100) for index, part in enumerate(parts)]
