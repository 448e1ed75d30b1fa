# SPDX-License-Identifier: LGPL-3.0-or-later
"""When preventive work is due: by the calendar, by a counter, or whichever comes first."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .errors import RuleError

UNITS = ("day", "week", "month", "year")


@dataclass(frozen=True)
class Reading:
    """A counter read on a day."""

    day: date
    value: Decimal


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later; the last of the month where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def due_on(start: date, every: int, unit: str, number: int) -> date:
    """Return the day of the job with a number; counted from the start, so that days do not creep.

    :param number: 0 for the first
    :raise RuleError: ``bad_interval``
    """
    if every <= 0 or unit not in UNITS:
        raise RuleError("bad_interval", every=every)
    if unit == "day":
        return start + timedelta(days=every * number)
    if unit == "week":
        return start + timedelta(weeks=every * number)
    return add_months(start, every * number * (12 if unit == "year" else 1))


def due_dates(start: date, every: int, unit: str, after: date | None, until: date) -> list[date]:
    """Return the days after ``after`` (none: from the start on) up to ``until``."""
    found, number = [], 0
    while True:
        day = due_on(start, every, unit, number)
        if day > until:
            return found
        if after is None or day > after:
            found.append(day)
        number += 1


def counter_due(readings: tuple[Reading, ...], last_done: Decimal, every: Decimal) -> date | None:
    """Return the day on which a counter reaches the next job, by its mean pace so far.

    :param readings: in order of days, at least two for a forecast
    :return: the day of the reading that passed it, the forecast day, or nothing without a pace
    :raise RuleError: ``bad_interval``
    """
    if every <= 0:
        raise RuleError("bad_interval", every=every)
    goal = last_done + every
    for reading in readings:
        if reading.value >= goal:
            return reading.day
    if len(readings) < 2:
        return None
    first, last = readings[0], readings[-1]
    days = (last.day - first.day).days
    if days <= 0 or last.value <= first.value:
        return None
    pace = (last.value - first.value) / days
    return last.day + timedelta(days=int(-(-(goal - last.value) // pace)))
