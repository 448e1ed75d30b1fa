# SPDX-License-Identifier: LGPL-3.0-or-later
"""Late fee (违约金): a rate per day on what is unpaid, after a grace, capped, never compounding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from .errors import RuleError
from .rounding import STEPS, round_money, to_fraction

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rate:
    """A rate per day, from a day on until the next one begins.

    :param start: first day, None for since ever
    :param rate: share of the unpaid part per day, e.g. Decimal("0.0005") for 0.5 ‰
    """

    start: date | None
    rate: Decimal


@dataclass(frozen=True)
class Policy:
    """What was agreed about late payment.

    :param rates: dated rates; days before the first one bear nothing
    :param grace_days: a debt paid by the due date plus these days bears nothing
    :param grace_counts: once the grace has passed, its days bear the fee as well
    :param cap: the fee is at most this share of what was unpaid after the grace; None: no cap
    """

    rates: tuple[Rate, ...]
    grace_days: int = 0
    grace_counts: bool = True
    cap: Decimal | None = None


@dataclass(frozen=True)
class Payment:
    """A part of the debt that was paid with a value date; None: it was never owed (credit note)."""

    day: date | None
    amount: Decimal


@dataclass(frozen=True)
class Stretch:
    """Days, both ends included, with one unpaid part and one rate."""

    first: date
    last: date
    base: Decimal
    rate: Decimal

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1

    @property
    def exact(self) -> Fraction:
        """Fee of these days, not rounded."""
        return to_fraction(self.base) * to_fraction(self.rate) * self.days


@dataclass(frozen=True)
class LateFee:
    """The fee up to a day and how it came about.

    :param amount: rounded to fen
    :param overdue: what was unpaid when the grace ended; the cap counts from it
    """

    amount: Decimal
    overdue: Decimal
    stretches: tuple[Stretch, ...] = ()
    is_capped: bool = False


def late_fee(
    principal: Decimal | int,
    due: date,
    payments: Sequence[Payment],
    value_date: date,
    policy: Policy,
    weight: Fraction | int = 1,
) -> LateFee:
    """Fee from the day after the due date to the value date, that day included.

    The base of a day is the debt alone, less what was paid on an earlier day: a fee never bears a
    fee. What was paid within the grace bears nothing. The result is a running total: what is
    posted in between is deducted by the caller.

    :param principal: the debt, without late fees
    :param weight: part of the debt that is subject to the fee
    :raise RuleError: ``inexact_amount``, ``negative_principal``, ``negative_grace``,
        ``negative_rate``, ``negative_cap``
    Source: docs/rules/late_fee.md (Civil Code art. 585)
    """
    _check(principal, payments, policy)
    deadline = due + policy.grace_days * DAY
    in_time = sum((p.amount for p in payments if p.day is None or p.day <= deadline), Decimal(0))
    overdue = max(Decimal(principal) - in_time, Decimal(0))
    if value_date <= deadline or not overdue:
        return LateFee(Decimal("0.00"), overdue)
    first = due + DAY if policy.grace_counts else deadline + DAY
    late = [p for p in payments if p.day is not None and p.day > deadline]
    stretches = tuple(_stretches(overdue, late, first, value_date, policy))
    exact = sum((one.exact for one in stretches), Fraction(0)) * Fraction(weight)
    is_capped = False
    if policy.cap is not None:
        limit = to_fraction(policy.cap) * to_fraction(overdue) * Fraction(weight)
        is_capped = exact > limit
        exact = min(exact, limit)
    return LateFee(round_money(exact, STEPS["fen"]), overdue, stretches, is_capped)


def _check(principal: Decimal | int, payments: Sequence[Payment], policy: Policy) -> None:
    for value in (principal, *(p.amount for p in payments), *(r.rate for r in policy.rates)):
        if isinstance(value, float):
            raise RuleError("inexact_amount", amount=value)
    if principal < 0:
        raise RuleError("negative_principal", amount=principal)
    if policy.grace_days < 0:
        raise RuleError("negative_grace", days=policy.grace_days)
    if any(rate.rate < 0 for rate in policy.rates):
        raise RuleError("negative_rate")
    if policy.cap is not None and policy.cap < 0:
        raise RuleError("negative_cap", cap=policy.cap)


def _stretches(
    overdue: Decimal, late: Sequence[Payment], first: date, last: date, policy: Policy
) -> list[Stretch]:
    """Cut the days where the unpaid part or the rate changes; leave out what bears nothing."""
    cuts = {first, last + DAY}
    cuts.update(p.day + DAY for p in late if p.day and first <= p.day < last)
    cuts.update(r.start for r in policy.rates if r.start and first < r.start <= last)
    days = sorted(cuts)
    found = []
    for begin, following in pairwise(days):
        paid = sum((p.amount for p in late if p.day and p.day < begin), Decimal(0))
        base, rate = max(overdue - paid, Decimal(0)), _rate_on(policy, begin)
        if base and rate:
            found.append(Stretch(begin, following - DAY, base, rate))
    return found


def _rate_on(policy: Policy, day: date) -> Decimal:
    running = [rate for rate in policy.rates if rate.start is None or rate.start <= day]
    return max(running, key=lambda rate: rate.start or date.min).rate if running else Decimal(0)
