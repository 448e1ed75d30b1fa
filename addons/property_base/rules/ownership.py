# SPDX-License-Identifier: LGPL-3.0-or-later
"""Dated co-ownership: exact shares, gaps, representative.

Periods are whole days; both ends are included. ``None`` as start means "since before the
register began", ``None`` as end means "still running".
Source: Civil Code art. 297-300 (co-ownership by shares), requirement BAS-06.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Holding:
    """One person's share of one unit over one period.

    :param key: stable identifier of the line, used to break ties
    :param person: identifier of the owner
    :param share: exact part of the whole, above 0 and at most 1
    :param start: first day, ``None`` for "since ever"
    :param end: last day, ``None`` for "until further notice"
    :param representative: named by the co-owners to vote and be billed
    """

    key: int
    person: int
    share: Fraction
    start: date | None = None
    end: date | None = None
    representative: bool = False

    def covers(self, day: date) -> bool:
        """Tell whether the holding is in force on ``day``."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Segment:
    """A span of days in which the set of holdings does not change.

    :param start: first day, ``None`` for "since ever"
    :param end: last day, ``None`` for "until further notice"
    :param holdings: what is in force, ordered by key
    """

    start: date | None
    end: date | None
    holdings: tuple[Holding, ...]

    @property
    def total(self) -> Fraction:
        """Return the sum of the shares in force."""
        return sum((holding.share for holding in self.holdings), Fraction(0))


def segments(holdings: Iterable[Holding]) -> list[Segment]:
    """Cut the time line where a holding starts or ends.

    :param holdings: lines of one unit, in any order
    :return: segments with at least one holding, in order of time, without overlap
    """
    lines = sorted(holdings, key=lambda line: line.key)
    cuts = {line.start for line in lines if line.start}
    cuts |= {line.end + DAY for line in lines if line.end and line.end < date.max}
    edges: list[date | None] = [None, *sorted(cuts)]
    result = []
    for index, start in enumerate(edges):
        following = edges[index + 1] if index + 1 < len(edges) else None
        end = following - DAY if following else None
        probe = start or (end if end else date.min)
        active = tuple(line for line in lines if line.covers(probe))
        if active:
            result.append(Segment(start, end, active))
    return result


def unbalanced(holdings: Iterable[Holding]) -> list[Segment]:
    """Find the spans in which the shares do not add up to exactly one.

    :param holdings: lines of one unit
    :return: the wrong segments; a span without any owner is not wrong
    """
    return [segment for segment in segments(holdings) if segment.total != 1]


def representative(holdings: Iterable[Holding], day: date) -> Holding | None:
    """Choose the co-owner who votes and is billed on ``day``.

    The one named by the co-owners; else the largest share; ties go to the lowest key.

    :param holdings: lines of one unit
    :param day: the day asked about
    :return: the holding, or ``None`` when nobody owns the unit that day
    """
    active = [line for line in holdings if line.covers(day)]
    if not active:
        return None
    return min(active, key=lambda line: (not line.representative, -line.share, line.key))
