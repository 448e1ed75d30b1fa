# SPDX-License-Identifier: LGPL-3.0-or-later
"""When parcels are handed out, and when people are written to (PAR-10, PAR-13)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

DAYS_AHEAD = 60


@dataclass(frozen=True)
class Window:
    """Hours on one day of the week; Monday is 0, minutes from midnight, the end excluded."""

    weekday: int
    start: int
    end: int


@dataclass(frozen=True)
class Closure:
    """Days on which nothing is handed out, both included."""

    start: date
    end: date


def is_open(now: datetime, windows: Iterable[Window], closures: Iterable[Closure] = ()) -> bool:
    """Tell whether parcels are handed out at ``now`` (local time); no windows: always."""
    windows = tuple(windows)
    if any(closure.start <= now.date() <= closure.end for closure in closures):
        return False
    if not windows:
        return True
    minute = now.hour * 60 + now.minute
    return any(
        window.weekday == now.weekday() and window.start <= minute < window.end
        for window in windows
    )


def next_slot(
    now: datetime, windows: Iterable[Window], closures: Iterable[Closure] = ()
) -> tuple[datetime, datetime] | None:
    """Return begin and end of the current or next time of hand-out, or None.

    Without windows the whole of the first day that is not closed counts.
    """
    windows, closures = tuple(windows), tuple(closures)
    for ahead in range(DAYS_AHEAD):
        day = now.date() + timedelta(days=ahead)
        if any(closure.start <= day <= closure.end for closure in closures):
            continue
        midnight = datetime.combine(day, time())
        if not windows:
            return max(now, midnight), midnight + timedelta(days=1)
        for window in sorted(windows, key=lambda one: (one.start, one.end)):
            end = midnight + timedelta(minutes=window.end)
            if window.weekday == day.weekday() and end > now:
                return max(now, midnight + timedelta(minutes=window.start)), end
    return None


def after_quiet(now: datetime, quiet_start: int, quiet_end: int) -> datetime:
    """Return ``now``, or the end of the quiet hours that it falls into.

    :param quiet_start: hour of the day from which nobody is disturbed, e.g. 21
    :param quiet_end: hour from which messages go out again, e.g. 8; equal: no quiet hours
    """
    if quiet_start == quiet_end:
        return now
    wraps = quiet_start > quiet_end
    inside = (
        now.hour >= quiet_start or now.hour < quiet_end
        if wraps
        else quiet_start <= now.hour < quiet_end
    )
    if not inside:
        return now
    day = now.date() + timedelta(days=1 if wraps and now.hour >= quiet_start else 0)
    return datetime.combine(day, time(quiet_end))
