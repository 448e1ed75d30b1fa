# SPDX-License-Identifier: LGPL-3.0-or-later
"""Billing periods: calendar months, quarters, half-years, years. Both ends inclusive."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from .errors import RuleError

MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Span:
    """Days from `start` to `end`, both included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise RuleError("period_reversed", start=self.start, end=self.end)

    @property
    def days(self) -> int:
        """Number of days, at least 1."""
        return (self.end - self.start).days + 1

    def intersect(self, start: date | None, end: date | None) -> "Span | None":
        """The common part with [start, end]; an empty bound is open."""
        first = max(self.start, start) if start else self.start
        last = min(self.end, end) if end else self.end
        return Span(first, last) if first <= last else None

    def minus(self, others: "list[Span]") -> "list[Span]":
        """What is left of the span after taking the others away, in order."""
        left, start = [], self.start
        for other in sorted(others):
            if other.end < start or other.start > self.end:
                continue
            if other.start > start:
                left.append(Span(start, other.start - DAY))
            start = max(start, other.end + DAY)
        if start <= self.end:
            left.append(Span(start, self.end))
        return left


@dataclass(frozen=True)
class Dated:
    """A value with its validity; an empty bound is open."""

    start: date | None
    end: date | None
    value: object

    def covers(self, day: date) -> bool:
        """Whether the value is valid on the day."""
        return (not self.start or self.start <= day) and (not self.end or day <= self.end)


def month_days(day: date) -> int:
    """Days of the calendar month of the day."""
    return calendar.monthrange(day.year, day.month)[1]


def period_of(day: date, period: str) -> Span:
    """The calendar period that contains the day.

    :param period: month, quarter, half_year or year
    :raise RuleError: ``unknown_period``
    Source: docs/rules/period.md
    """
    length = MONTHS.get(period)
    if not length:
        raise RuleError("unknown_period", period=period)
    month = (day.month - 1) // length * length + 1
    last = month + length - 1
    return Span(
        date(day.year, month, 1), date(day.year, last, calendar.monthrange(day.year, last)[1])
    )


def iter_periods(span: Span, period: str) -> Iterator[Span]:
    """The periods that overlap the span, whole, in order."""
    current = period_of(span.start, period)
    while True:
        yield current
        if current.end >= span.end:
            return
        current = period_of(current.end + DAY, period)


def iter_months(span: Span) -> Iterator[Span]:
    """The parts of the span month by month, clipped to the span."""
    for month in iter_periods(span, "month"):
        yield Span(max(month.start, span.start), min(month.end, span.end))


def billable(window: Span, period: str, timing: str) -> list[tuple[Span, Span]]:
    """The periods that a run over the window bills.

    A monthly item is billed for the days of the window. A longer period in advance is
    billed up to its end by the first run that touches it, and not before the window;
    in arrears it is billed whole by the run in which it ends.

    :param window: days of the run
    :param period: month, quarter, half_year, year
    :param timing: advance or arrears
    :return: (whole period, part to bill) pairs
    Source: docs/rules/period.md
    """
    found = []
    for whole in iter_periods(window, period):
        if period == "month":
            found.append((whole, whole.intersect(window.start, window.end)))
        elif timing == "advance":
            found.append((whole, whole.intersect(window.start, None)))
        elif whole.end <= window.end:
            found.append((whole, whole))
    return found


def cut(span: Span, tracks: list[list[Dated]]) -> list[tuple[Span, tuple]]:
    """Cut a span wherever one of several dated tracks changes its value.

    :param tracks: for each track its dated values; no two of a track cover the same day
    :return: (span, one value per track, None where a track is silent), in order; together
        exactly the span, neighbours with equal values merged
    """
    starts = {span.start}
    for track in tracks:
        for line in track:
            for day in (line.start, line.end + DAY if line.end and line.end < span.end else None):
                if day and span.start < day <= span.end:
                    starts.add(day)
    days = sorted(starts)
    found: list[tuple[Span, tuple]] = []
    for index, day in enumerate(days):
        last = days[index + 1] - DAY if index + 1 < len(days) else span.end
        values = tuple(
            next((line.value for line in track if line.covers(day)), None) for track in tracks
        )
        if found and found[-1][1] == values:
            found[-1] = (Span(found[-1][0].start, last), values)
        else:
            found.append((Span(day, last), values))
    return found
