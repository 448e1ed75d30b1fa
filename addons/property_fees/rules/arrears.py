# SPDX-License-Identifier: LGPL-3.0-or-later
"""Collecting what is overdue: which reminder is due, promises, and debts paid in parts."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .errors import RuleError


@dataclass(frozen=True)
class Level:
    """A reminder level.

    :param key: ours
    :param days: reached so many days after the oldest due date
    :param minimum: not sent below this amount, yuan
    """

    key: object
    days: int
    minimum: Decimal = Decimal(0)


def overdue_days(due: date, today: date) -> int:
    """Return how many days a bill is overdue; 0 on the due date and before."""
    return max((today - due).days, 0)


def next_level(
    levels: tuple[Level, ...],
    days: int,
    amount: Decimal,
    reached: object = None,
    last_sent: date | None = None,
    today: date | None = None,
    pause_days: int = 7,
) -> Level | None:
    """Return the reminder that is due now: one step at a time, never the same twice.

    A debt that is found late starts with the first level, so that nobody hears of a court first.

    :param levels: in any order; they count by their days
    :param days: days overdue of the oldest bill
    :param amount: what is overdue, yuan
    :param reached: key of the level that was sent last
    :param last_sent: day of that
    :param pause_days: days that lie at least between two reminders
    :raise RuleError: ``levels_same_day`` when two levels begin on one day
    """
    ordered = sorted(levels, key=lambda level: level.days)
    if len({level.days for level in ordered}) != len(ordered):
        raise RuleError("levels_same_day")
    if amount <= 0 or days <= 0:
        return None
    if last_sent and today and (today - last_sent).days < pause_days:
        return None
    keys = [level.key for level in ordered]
    start = keys.index(reached) + 1 if reached in keys else 0
    for level in ordered[start:]:
        if days < level.days:
            return None
        if amount >= level.minimum:
            return level
    return None


@dataclass(frozen=True)
class Instalment:
    """A part of a debt.

    :param due: last day to pay it
    :param amount: yuan
    """

    due: date
    amount: Decimal


def add_months(day: date, count: int) -> date:
    """Return the same day some months later; the last of the month where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def split(amount: Decimal, count: int, first: date) -> tuple[Instalment, ...]:
    """Split a debt into equal monthly parts; what does not divide is paid first.

    :raise RuleError: ``bad_count`` outside 2..60, ``amount_too_small``
    """
    if not 2 <= count <= 60:
        raise RuleError("bad_count", count=count)
    cents = int(amount * 100)
    if amount * 100 != cents or cents < count:
        raise RuleError("amount_too_small", amount=amount)
    base, rest = divmod(cents, count)
    return tuple(
        Instalment(add_months(first, index), Decimal(base + (index < rest)) / 100)
        for index in range(count)
    )


def behind(instalments: tuple[Instalment, ...], paid: Decimal, today: date) -> Decimal:
    """Return what should have been paid by now and was not, yuan; the due day still counts."""
    wanted = sum((one.amount for one in instalments if one.due < today), Decimal(0))
    return max(wanted - paid, Decimal(0))


def is_breached(
    instalments: tuple[Instalment, ...], paid: Decimal, today: date, grace_days: int = 0
) -> bool:
    """Tell whether a part is unpaid for longer than the grace."""
    wanted = Decimal(0)
    for one in sorted(instalments, key=lambda part: part.due):
        wanted += one.amount
        if wanted > paid:
            return (today - one.due).days > grace_days
    return False


def promise_state(amount: Decimal, day: date, paid: Decimal, today: date) -> str:
    """Return ``kept`` once the amount came, ``broken`` after the day, else ``open``."""
    if paid >= amount:
        return "kept"
    return "broken" if today > day else "open"
