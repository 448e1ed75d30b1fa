# SPDX-License-Identifier: LGPL-3.0-or-later
"""Prices in force: the most specific line of the day, and steps (ladder prices)."""

import itertools
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .errors import RuleError
from .period import Dated, Span, cut


@dataclass(frozen=True)
class Step:
    """One step of a ladder: the price of the units above `above` up to the next step."""

    above: Decimal
    unit_price: Decimal


@dataclass(frozen=True)
class Price:
    """A price with its validity (both days included, an empty bound is open).

    :param specificity: how many criteria the line matches; the highest wins
    """

    id: int
    unit_price: Decimal
    start: date | None = None
    end: date | None = None
    specificity: int = 0
    steps: tuple[Step, ...] = field(default=())


def price_spans(span: Span, prices: list[Price]) -> list[tuple[Span, Price | None]]:
    """Split a span at the days where the price changes.

    The most specific line valid on a day wins; None where no price is in force.

    :raise RuleError: ``price_overlap`` when two equally specific lines cover the same day
    Source: docs/rules/tariff.md
    """
    tracks = []
    for rank in sorted({price.specificity for price in prices}, reverse=True):
        lines = [price for price in prices if price.specificity == rank]
        lines.sort(key=lambda price: (price.start or date.min, price.id))
        for before, after in itertools.pairwise(lines):
            if before.end is None or (after.start or date.min) <= before.end:
                raise RuleError("price_overlap", first=before.id, second=after.id)
        tracks.append([Dated(price.start, price.end, price) for price in lines])
    found: list[tuple[Span, Price | None]] = []
    for part, values in cut(span, tracks):
        price = next((value for value in values if value is not None), None)
        if found and found[-1][1] == price:
            found[-1] = (Span(found[-1][0].start, part.end), price)
        else:
            found.append((part, price))
    return found


def amount_for(quantity: Fraction, price: Price) -> Fraction:
    """Exact price of a quantity for one price period.

    Without steps quantity × unit price. With steps each step prices the units within it,
    as in the ladder tariffs for power, water and gas.

    :raise RuleError: ``negative_quantity``, ``bad_steps`` unless the first step starts at 0
        and the others rise
    Source: docs/rules/tariff.md
    """
    if quantity < 0:
        raise RuleError("negative_quantity", quantity=quantity)
    if not price.steps:
        return quantity * Fraction(price.unit_price)
    bounds = [Fraction(step.above) for step in price.steps]
    if bounds[0] != 0 or any(low >= high for low, high in itertools.pairwise(bounds)):
        raise RuleError("bad_steps", price=price.id)
    total = Fraction(0)
    for index, step in enumerate(price.steps):
        top = bounds[index + 1] if index + 1 < len(bounds) else quantity
        within = min(quantity, max(top, bounds[index])) - bounds[index]
        if within > 0:
            total += within * Fraction(step.unit_price)
    return total
