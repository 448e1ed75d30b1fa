# SPDX-License-Identifier: LGPL-3.0-or-later
"""How many months a span is worth, exactly."""

from fractions import Fraction

from .errors import RuleError
from .period import DAY, MONTHS, Span, iter_months, month_days

DAY_COUNTS = ("actual", "thirty", "whole")


def months_of(span: Span, day_count: str = "actual") -> Fraction:
    """Worth of a span in months.

    :param day_count: `actual`: a day is one of the days of its own month; `thirty`: a day
        of a broken month is 1/30, never more than the month; `whole`: a month begun is a month
    :return: exact fraction; a whole calendar month is exactly 1 in each of them
    :raise RuleError: ``unknown_day_count``
    Source: docs/rules/proration.md
    """
    if day_count not in DAY_COUNTS:
        raise RuleError("unknown_day_count", day_count=day_count)
    total = Fraction(0)
    for part in iter_months(span):
        days, length = part.days, month_days(part.start)
        if days == length or day_count == "whole":
            total += 1
        elif day_count == "actual":
            total += Fraction(days, length)
        else:
            total += min(Fraction(days, 30), Fraction(1))
    return total


def periods_of(span: Span, price_period: str, day_count: str = "actual") -> Fraction:
    """Worth of a span in periods of the price (a price per year: months / 12).

    :raise RuleError: ``unknown_period``, ``unknown_day_count``
    """
    if price_period not in MONTHS:
        raise RuleError("unknown_period", period=price_period)
    return months_of(span, day_count) / MONTHS[price_period]


def worth(anchor: Span, part: Span, day_count: str = "actual") -> Fraction:
    """Worth in months of a part of a due span, so that parts of any cut add up to the whole.

    :param anchor: the due span; its first day is where counting starts
    :param part: a span inside it
    Source: docs/rules/proration.md
    """
    until = months_of(Span(anchor.start, part.end), day_count)
    if part.start == anchor.start:
        return until
    return until - months_of(Span(anchor.start, part.start - DAY), day_count)
