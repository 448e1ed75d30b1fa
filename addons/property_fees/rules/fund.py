# SPDX-License-Identifier: LGPL-3.0-or-later
"""Money of all owners: who bears a use, what covers a gap, what a service costs, what is earned."""

import calendar
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from fractions import Fraction

from .apportion import apportion
from .errors import RuleError

CENT = Decimal("0.01")
ZERO = Decimal(0)


@dataclass(frozen=True)
class Allotment:
    """What one unit bears of a use of the maintenance fund, and how much its balance lacks."""

    part: Decimal
    short: Decimal


def allot_use(
    amount: Decimal, units: Sequence[tuple[Hashable, Decimal, Decimal]]
) -> dict[Hashable, Allotment]:
    """Split a use of the maintenance fund by area; exact to the cent.

    :param amount: what is spent, above zero
    :param units: (id, area, balance) of the units concerned
    :raise RuleError: ``no_amount``, and what `apportion` raises
    Source: 住宅专项维修资金管理办法 art. 20; docs/rules/fund.md
    """
    if amount <= 0:
        raise RuleError("no_amount", amount=amount)
    parts = apportion(amount, [(key, area) for key, area, _balance in units])
    return {
        key: Allotment(parts[key], max(parts[key] - max(balance, ZERO), ZERO))
        for key, _area, balance in units
    }


def cover_gap(
    gap: Decimal, sources: Sequence[tuple[Hashable, Decimal]]
) -> tuple[list[tuple[Hashable, Decimal]], Decimal]:
    """Cover a gap from sources in the given order, each up to what it has.

    :return: what each source gives, and what is left uncovered
    Source: docs/rules/fund.md (rents of premises and bays come first)
    """
    left, given = max(gap, ZERO), []
    for key, available in sources:
        part = min(left, max(available, ZERO))
        given.append((key, part))
        left -= part
    return given, left


@dataclass(frozen=True)
class BreakEven:
    """What a year of service costs owners: the gap, and the prices that close it."""

    gap: Decimal
    per_m2_month: Decimal
    per_household_month: Decimal


def break_even(
    cost: Decimal, subsidy: Decimal, income: Decimal, area: Decimal, households: int
) -> BreakEven:
    """Return the prices that close the gap of a year; nothing is charged without one.

    Prices are rounded up to the cent, so that they do close it.

    :raise RuleError: ``negative_amount``, ``no_area``
    Source: docs/rules/fund.md
    """
    if min(cost, subsidy, income) < 0:
        raise RuleError("negative_amount")
    gap = cost - subsidy - income
    if gap <= 0:
        return BreakEven(gap, ZERO, ZERO)
    if area <= 0 or households <= 0:
        raise RuleError("no_area")
    return BreakEven(
        gap, _up(Fraction(gap) / Fraction(area) / 12), _up(Fraction(gap) / households / 12)
    )


def _up(value: Fraction) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(CENT, ROUND_CEILING)


def spread_months(amount: Decimal, start: date, end: date) -> list[tuple[date, Decimal]]:
    """Spread an amount over the months of its days, as the last day of each and its part.

    A month counts by the part of its days that is covered; parts are differences of a rounded
    running total, so they add up to the amount.

    :raise RuleError: ``period_reversed``
    Source: docs/rules/fund.md
    """
    if end < start:
        raise RuleError("period_reversed", start=start, end=end)
    weights, day = [], start
    while day <= end:
        length = calendar.monthrange(day.year, day.month)[1]
        last = day.replace(day=length)
        weights.append((last, Fraction((min(last, end) - day).days + 1, length)))
        day = last + timedelta(days=1)
    total = sum(weight for _last, weight in weights)
    result, upto, before = [], Fraction(0), ZERO
    for last, weight in weights:
        upto += weight
        exact = Fraction(amount) * upto / total
        rounded = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(
            CENT, ROUND_HALF_UP
        )
        result.append((last, rounded - before))
        before = rounded
    return result
