# SPDX-License-Identifier: LGPL-3.0-or-later
"""How long a parcel lies: reminders, overdue, return, fee; holidays freeze all of it (PAR-31)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Hold:
    """Days on which an addressee is away; both included, no end: until told otherwise."""

    start: date
    end: date | None = None


@dataclass(frozen=True)
class Ladder:
    """After how many counted days what happens.

    :param reminders: days of the reminders
    :param overdue: the parcel is overdue
    :param give_back: it is proposed for return to the carrier
    """

    reminders: tuple[int, ...] = (1, 3)
    overdue: int = 3
    give_back: int = 7


@dataclass(frozen=True)
class Tariff:
    """Storage fee after free days, at most ``cap`` (none: no limit)."""

    free_days: int = 3
    per_day: Decimal = Decimal(0)
    cap: Decimal | None = None


def never_back(now: datetime, *marks: datetime | None) -> datetime:
    """Return ``now``, or the latest of ``marks`` when the clock was moved back behind it."""
    return max([now, *(mark for mark in marks if mark)])


def counted_days(arrived: date, today: date, holds: Iterable[Hold] = ()) -> int:
    """Return the days that a parcel has waited, the day of arrival not counted.

    Days of a hold do not count. A ``today`` before the arrival (a clock moved back) counts 0.
    """
    total = (today - arrived).days
    if total <= 0:
        return 0
    first, last = arrived + timedelta(days=1), today
    spans = []
    for hold in holds:
        start, end = max(hold.start, first), min(hold.end or last, last)
        if start <= end:
            spans.append((start, end))
    frozen, reached = 0, first - timedelta(days=1)
    for start, end in sorted(spans):
        start = max(start, reached + timedelta(days=1))
        if start <= end:
            frozen += (end - start).days + 1
            reached = end
    return total - frozen


def is_frozen(today: date, holds: Iterable[Hold]) -> bool:
    """Tell whether the addressee is away today."""
    return any(hold.start <= today and (not hold.end or today <= hold.end) for hold in holds)


def steps_due(days: int, ladder: Ladder, done: int, *, frozen: bool = False) -> tuple[int, bool]:
    """Return how many reminders should have gone out, and whether the parcel is overdue.

    A reminder that was sent is never sent again: the count does not fall below ``done``. During a
    hold nothing new is due.
    """
    if frozen:
        return done, False
    reached = sum(1 for limit in ladder.reminders if days >= limit)
    return max(done, reached), days >= ladder.overdue


def return_due(days: int, ladder: Ladder, *, frozen: bool = False) -> bool:
    """Tell whether the parcel goes on the proposal of returns."""
    return not frozen and days >= ladder.give_back


def storage_fee(days: int, tariff: Tariff) -> Decimal:
    """Return the fee for ``days`` counted days, to the cent."""
    charged = max(0, days - tariff.free_days)
    amount = (tariff.per_day * charged).quantize(CENT, ROUND_HALF_UP)
    if tariff.cap is not None:
        amount = min(amount, tariff.cap.quantize(CENT, ROUND_HALF_UP))
    return amount


def parse_days(text: str) -> tuple[int, ...]:
    """Read the days of reminders as ``1, 3``; what is no number is left out."""
    parts = (text or "").replace("，", ",").replace(" ", ",").split(",")
    return tuple(sorted({int(part) for part in parts if part.isdecimal()}))
