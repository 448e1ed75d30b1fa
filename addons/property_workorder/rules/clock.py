# SPDX-License-Identifier: LGPL-3.0-or-later
"""Deadlines of promises: on which calendar a clock runs, when it stops, when it is late.

All moments are aware datetimes; answers are in UTC. See docs/rules/sla.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone, tzinfo

from .errors import RuleError

UNITS = ("minute", "hour", "working_hour", "day", "working_day")
HORIZON_DAYS = 1100
_WEEK = 7
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Calendar:
    """When people work.

    :param zone: time zone in which the hours are read
    :param weekly: for Monday to Sunday the pairs (first minute, last minute) of the day
    :param holidays: days on which nobody works although the week says so (法定节假日)
    :param makeup: days on which people work although the week says no (调休上班日)
    :param closed: spans without work (closure of the site, in UTC)
    :param round_clock: people work always
    """

    zone: tzinfo
    weekly: tuple[tuple[tuple[int, int], ...], ...] = ((),) * _WEEK
    holidays: frozenset[date] = frozenset()
    makeup: frozenset[date] = frozenset()
    closed: tuple[Span, ...] = ()
    round_clock: bool = False

    @property
    def is_empty(self) -> bool:
        """Tell whether no hour of the week is worked."""
        return not self.round_clock and not any(self.weekly)

    def hours_of(self, day: date) -> tuple[tuple[int, int], ...]:
        """Return the pairs (first minute, last minute) worked on a day.

        A make-up day has the hours of its own weekday where it has some, else those of the first
        weekday that has some.
        """
        if self.round_clock:
            return ((0, 1440),)
        own = self.weekly[day.weekday()]
        if day in self.makeup:
            return own or next((hours for hours in self.weekly if hours), ())
        return () if day in self.holidays else own

    def spans_of(self, day: date) -> list[Span]:
        """Return the worked spans that begin on a day, in UTC."""
        spans = []
        for first, last in self.hours_of(day):
            span = (self._moment(day, first), self._moment(day, last))
            if span[0] < span[1]:
                spans.append(span)
        return subtract(spans, self.closed)

    def _moment(self, day: date, minute: int) -> datetime:
        days, minute = divmod(minute, 1440)
        local = datetime.combine(day, time(minute // 60, minute % 60), self.zone)
        return (local + timedelta(days=days)).astimezone(timezone.utc)

    def day_of(self, moment: datetime) -> date:
        """Return the local day of a moment."""
        return moment.astimezone(self.zone).date()


@dataclass(frozen=True)
class Schedule:
    """Calendars one after the other: what was counted on an old calendar stays counted.

    :param parts: pairs (in force from, calendar); the first holds since ever
    """

    parts: tuple[tuple[datetime, Calendar], ...]

    @classmethod
    def of(cls, calendar: Calendar) -> Schedule:
        """Return the schedule of one calendar that never changes."""
        return cls(((datetime.min.replace(tzinfo=timezone.utc), calendar),))

    def bounds(self) -> Iterator[tuple[Calendar, datetime, datetime]]:
        """Yield each calendar with the time in which it is in force."""
        for number, (start, calendar) in enumerate(self.parts):
            end = (
                self.parts[number + 1][0]
                if number + 1 < len(self.parts)
                else datetime.max.replace(tzinfo=timezone.utc)
            )
            yield calendar, start, end

    def at(self, moment: datetime) -> Calendar:
        """Return the calendar in force at a moment."""
        found = self.parts[0][1]
        for start, calendar in self.parts:
            if start <= moment:
                found = calendar
        return found


@dataclass(frozen=True)
class Target:
    """What is promised: so many units.

    :param value: whole number; 0 days means the same day
    :param unit: one of ``UNITS``; minutes and hours pass around the clock
    """

    value: int
    unit: str

    def __post_init__(self) -> None:
        """Refuse what is no promise."""
        if self.unit not in UNITS:
            raise RuleError("unknown_unit", unit=self.unit)
        if self.value < 0 or (self.value == 0 and self.unit not in {"day", "working_day"}):
            raise RuleError("no_target", value=self.value)


@dataclass(frozen=True)
class Run:
    """One clock of one case.

    :param start: when it began
    :param pauses: when it stood still; an open pause has no end
    """

    start: datetime
    pauses: tuple[tuple[datetime, datetime | None], ...] = field(default=())


def subtract(spans: list[Span], holes: tuple[Span, ...] | list[Span]) -> list[Span]:
    """Return what is left of ``spans`` outside ``holes``."""
    left = list(spans)
    for low, high in holes:
        kept = []
        for start, end in left:
            if high <= start or low >= end:
                kept.append((start, end))
                continue
            if start < low:
                kept.append((start, low))
            if high < end:
                kept.append((high, end))
        left = kept
    return left


def _holes(run: Run) -> list[Span]:
    far = datetime.max.replace(tzinfo=timezone.utc)
    return [(start, end or far) for start, end in run.pauses if end is None or start < end]


def _running(run: Run, schedule: Schedule | None, until: datetime) -> Iterator[Span]:
    """Yield the spans in which the clock runs, from its start to ``until``, in order.

    Without a schedule it runs around the clock.
    """
    holes = _holes(run)
    if schedule is None:
        yield from subtract([(run.start, until)], holes) if run.start < until else ()
        return
    for calendar, low, high in schedule.bounds():
        begin, end = max(run.start, low), min(until, high)
        if begin >= end:
            continue
        # a span that began the evening before may reach into the first day
        day = calendar.day_of(begin) - timedelta(days=1)
        last = calendar.day_of(end)
        while day <= last:
            spans = [
                (max(start, begin), min(stop, end))
                for start, stop in calendar.spans_of(day)
                if start < end and stop > begin
            ]
            yield from subtract(spans, holes)
            day += timedelta(days=1)


def spent_minutes(run: Run, schedule: Schedule | None, until: datetime) -> int:
    """Return the whole minutes that the clock has run from its start to ``until``."""
    total = sum((end - start for start, end in _running(run, schedule, until)), start=timedelta())
    return total // timedelta(minutes=1)


def _walk(run: Run, schedule: Schedule | None, budget: timedelta) -> datetime | None:
    """Return when ``budget`` is used up; nothing while an open pause stands before that."""
    horizon = run.start + timedelta(days=HORIZON_DAYS)
    if any(end is None for _start, end in run.pauses):
        horizon = max(horizon, *(start for start, _end in run.pauses))
    left = budget
    for start, end in _running(run, schedule, horizon):
        if end - start >= left:
            return (start + left).astimezone(timezone.utc)
        left -= end - start
    if any(end is None for _start, end in run.pauses):
        return None
    raise RuleError("beyond_horizon", days=HORIZON_DAYS)


def _close_of_day(target: Target, run: Run, schedule: Schedule) -> datetime | None:
    """Return the close of the last promised day.

    The day on which the clock begins is not counted. A day counts when the clock runs at its
    close; working days close when the service closes, others at midnight.
    """
    holes = _holes(run)
    left = target.value
    day = schedule.at(run.start).day_of(run.start)
    for _step in range(HORIZON_DAYS):
        close = _close(target.unit, day, schedule)
        counts = close is not None and not any(low < close <= high for low, high in holes)
        # zero days: the same day, or the next one on which the service closes after the start
        if counts and left <= 0 and close > run.start:
            return close
        day += timedelta(days=1)
        following = _close(target.unit, day, schedule)
        if following is not None and not any(low < following <= high for low, high in holes):
            left -= 1
            if left == 0:
                return following
    if any(end is None for _start, end in run.pauses):
        return None
    raise RuleError("beyond_horizon", days=HORIZON_DAYS)


def _close(unit: str, day: date, schedule: Schedule) -> datetime | None:
    noon = datetime.combine(day, time(12), schedule.parts[-1][1].zone)
    calendar = schedule.at(noon)
    if unit == "day":
        return datetime.combine(day + timedelta(days=1), time(), calendar.zone).astimezone(
            timezone.utc
        )
    spans = calendar.spans_of(day)
    return spans[-1][1] if spans else None


def deadline(target: Target, run: Run, schedule: Schedule) -> datetime | None:
    """Return until when the promise is to be kept.

    :param target: what is promised
    :param run: when the clock began and stood still
    :param schedule: the calendars; needed by working hours and working days, and for the zone
    :return: aware UTC moment, or nothing while the clock stands still
    :raise RuleError: ``no_calendar`` when nobody ever works, ``beyond_horizon`` when the promise
        does not end within three years
    """
    if target.unit.startswith("working") and schedule.at(run.start).is_empty:
        raise RuleError("no_calendar")
    if target.unit in {"day", "working_day"}:
        return _close_of_day(target, run, schedule)
    minutes = target.value * (1 if target.unit == "minute" else 60)
    counted = schedule if target.unit == "working_hour" else None
    return _walk(run, counted, timedelta(minutes=minutes))


def risk_moment(target: Target, run: Run, schedule: Schedule, percent: int) -> datetime | None:
    """Return when ``percent`` of the time to the deadline has run.

    :param percent: 1 to 100
    :return: aware UTC moment, or nothing while the clock stands still
    """
    end = deadline(target, run, schedule)
    if end is None:
        return None
    counted = schedule if target.unit.startswith("working") else None
    total = sum((stop - start for start, stop in _running(run, counted, end)), start=timedelta())
    return _walk(run, counted, total * percent / 100) if total else end


def result(deadline_at: datetime | None, reached_at: datetime | None, now: datetime) -> str:
    """Return ``pending``, ``met`` or ``failed``.

    :param deadline_at: nothing means that the clock stands still or nothing was promised
    :param reached_at: when what was promised happened
    """
    if deadline_at is None:
        return "met" if reached_at else "pending"
    if reached_at is not None:
        return "met" if reached_at <= deadline_at else "failed"
    return "failed" if now > deadline_at else "pending"
