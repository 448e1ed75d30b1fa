# SPDX-License-Identifier: LGPL-3.0-or-later
"""Consumption from meter readings: exchanged meters, multipliers, dials that pass zero."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .errors import RuleError
from .period import DAY, Span


@dataclass(frozen=True)
class Reading:
    """What a meter showed on a day.

    :param multiplier: units of consumption per unit of the dial, from this reading on
    :param start_value: what the new device shows when the meter was exchanged here; None else
    :param dial: highest value + 1 of the dial when it passed zero before this reading; None else
    """

    id: int
    day: date
    value: Decimal
    multiplier: Decimal = Decimal(1)
    start_value: Decimal | None = None
    dial: Decimal | None = None


@dataclass(frozen=True)
class Segment:
    """Consumption over the days between two readings; the day of a reading belongs to it."""

    span: Span
    quantity: Fraction
    first: Reading | None = None
    last: Reading | None = None


def difference(before: Reading, after: Reading) -> Fraction:
    """Consumption between two readings of a meter.

    :raise RuleError: ``reading_backwards`` unless the dial passed zero, ``bad_multiplier``,
        ``bad_dial``
    Source: docs/rules/metering.md
    """
    if before.multiplier <= 0:
        raise RuleError("bad_multiplier", reading=before.id)
    start = before.value if before.start_value is None else before.start_value
    dialled = after.value - start
    if after.dial is not None:
        if after.dial <= max(start, after.value):
            raise RuleError("bad_dial", reading=after.id)
        dialled += after.dial
    if dialled < 0:
        raise RuleError("reading_backwards", reading=after.id, value=after.value, start=start)
    return Fraction(dialled) * Fraction(before.multiplier)


def consumption(readings: Sequence[Reading]) -> list[Segment]:
    """The segments between readings, in order, without a gap.

    :raise RuleError: ``reading_same_day`` for two readings of one day, those of `difference`
    Source: docs/rules/metering.md
    """
    found = []
    ordered = sorted(readings, key=lambda reading: (reading.day, reading.id))
    for before, after in itertools.pairwise(ordered):
        if before.day == after.day:
            raise RuleError("reading_same_day", day=after.day, reading=after.id)
        span = Span(before.day + DAY, after.day)
        found.append(Segment(span, difference(before, after), before, after))
    return found


def doubts(
    segment: Segment, earlier: Sequence[Segment], high: Fraction, low: Fraction
) -> list[str]:
    """What looks wrong about a consumption, to be looked at before it is billed.

    :param earlier: segments before it, latest last; the last six count
    :param high: times the usual use per day above which it is unusual, e.g. 2
    :param low: part of the usual use per day below which it is unusual, e.g. 1/5
    :return: codes ``zero``, ``high``, ``low``
    Source: docs/rules/metering.md
    """
    known = [one for one in earlier if one.quantity][-6:]
    days = sum(one.span.days for one in known)
    if not days:
        return []
    if not segment.quantity:
        return ["zero"]
    usual = sum((one.quantity for one in known), Fraction(0)) / days
    daily = segment.quantity / segment.span.days
    if daily > usual * high:
        return ["high"]
    return ["low"] if daily < usual * low else []
