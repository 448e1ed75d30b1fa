# SPDX-License-Identifier: LGPL-3.0-or-later
"""What one payable thing owes for one item in one due span: pieces with exact amounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .apportion import apportion
from .errors import RuleError
from .formula import Formula
from .period import MONTHS, Dated, Span, cut
from .proration import worth
from .rounding import STEPS, round_money
from .tariff import Price, amount_for, price_spans


@dataclass(frozen=True)
class Payers:
    """Who pays: (partner id, weight) pairs; one pair for a single payer."""

    shares: tuple[tuple[int, Fraction], ...]


@dataclass(frozen=True)
class Due:
    """Everything that decides what is owed.

    :param anchor: the item's period clipped to the assignment: counting and rounding start here
    :param prices: prices of the item for this thing, already matched to it
    :param payers: dated values of type Payers
    :param reductions: dated values of type Fraction, 0 (nothing) to 1 (free)
    :param price_period: month, quarter, half_year, year, or once (price per occurrence)
    :param rebates: dated values of type Fraction, money off per price period, never below zero
    :param formula: instead of quantity × price: the amount of a price period
    :param values: dated values of type dict, the named quantities of the formula
    """

    anchor: Span
    quantity: Fraction
    prices: tuple[Price, ...]
    payers: tuple[Dated, ...]
    reductions: tuple[Dated, ...] = ()
    price_period: str = "month"
    day_count: str = "actual"
    step: Decimal = STEPS["fen"]
    rebates: tuple[Dated, ...] = ()
    formula: Formula | None = None
    values: tuple[Dated, ...] = ()


@dataclass(frozen=True)
class Piece:
    """A charge: one payer (or the co-owners of one group), one price, one span.

    :param off: what reductions and rebates took off; zero wherever nothing is reduced. Amount and
        off add up to the rounded full price as far as cents allow
    """

    span: Span
    partner_id: int | None
    group: int
    price: Price | None
    reduction: Fraction
    quantity: Fraction
    periods: Fraction
    amount: Decimal
    share: Fraction = Fraction(1)
    problem: str = ""
    rebate: Fraction = Fraction(0)
    exact: Fraction | None = None
    off: Decimal = Decimal(0)
    values: Mapping[str, Fraction] | None = None
    ladder: tuple[tuple[Decimal, Fraction], ...] = ()
    segments: tuple = ()


def pieces_of(due: Due, wanted: list[Span]) -> list[Piece]:
    """Price the wanted spans of a due span.

    The rounded amounts of the pieces are differences of the rounded running total since the
    start of the anchor. So the pieces of a period add up to its rounded whole whatever the
    cuts are and in whatever order they are billed. The co-owners of a piece are apportioned
    by largest remainder.

    :param wanted: spans inside the anchor, disjoint (what is not billed yet)
    :return: pieces in order; one without price or payer has a ``problem`` and no amount
    :raise RuleError: ``outside_anchor`` and those of the rules used
    Source: docs/rules/charge.md
    """
    anchor = due.anchor
    asked = []
    for span in sorted(wanted):
        if anchor.intersect(span.start, span.end) != span:
            raise RuleError("outside_anchor", start=span.start, end=span.end)
        asked.append(Dated(span.start, span.end, span.start))
    prices = [Dated(part.start, part.end, price) for part, price in _price_spans(due)]
    found, running, let_off = [], Running(due.step), LetOff(due.step)
    tracks = [asked, prices, list(due.payers), list(due.reductions)]
    tracks += [list(due.rebates), list(due.values)]
    for part, (wanted_key, price, payers, reduction, rebate, values) in cut(anchor, tracks):
        reduction, rebate = reduction or Fraction(0), rebate or Fraction(0)
        periods = _periods(due, part)
        exact = full = Fraction(0)
        if price is not None and (due.formula is None or values is not None):
            rate = _rate(due, price, values)
            exact = max(rate * (1 - reduction) - rebate, Fraction(0)) * periods
            full = max(rate, Fraction(0)) * periods
        amount = running.add(exact)
        off = let_off.add(full, exact, amount)
        if wanted_key is None:
            continue
        common = {
            "span": part,
            "group": len(found),
            "price": price,
            "reduction": reduction,
            "rebate": rebate,
            "quantity": due.quantity,
            "periods": periods,
            "exact": exact,
            "values": values,
        }
        problem = _problem(due, price, payers, values)
        if problem:
            found.append(Piece(partner_id=None, amount=Decimal(0), problem=problem, **common))
            continue
        found += split(payers, amount, off, due.step, common)
    return found


class Running:
    """A running total that is rounded; its differences add up to the rounded whole."""

    def __init__(self, step: Decimal) -> None:
        self.step, self.exact, self.rounded = step, Fraction(0), Decimal(0)

    def add(self, exact: Fraction) -> Decimal:
        """Add an exact amount and return by how much the rounded total has grown."""
        self.exact += exact
        before, self.rounded = self.rounded, round_money(self.exact, self.step)
        return self.rounded - before


class LetOff:
    """What is let off, so that it and the amounts add up to the rounded full price."""

    def __init__(self, step: Decimal) -> None:
        self.full, self.told = Running(step), Decimal(0)

    def add(self, full: Fraction, net: Fraction, amount: Decimal) -> Decimal:
        """Return what was taken off a piece; nothing when it is charged in full.

        :param full: exact amount before reductions
        :param net: exact amount after them
        :param amount: what is charged, rounded
        """
        self.full.add(full)
        self.told += amount
        off = max(self.full.rounded - self.told, Decimal(0)) if net < full else Decimal(0)
        self.told += off
        return off


def split(
    payers: Payers, amount: Decimal, off: Decimal, step: Decimal, common: dict
) -> list[Piece]:
    """Return the piece of a single payer, or one for each co-owner by largest remainder."""
    if len(payers.shares) == 1:
        return [Piece(partner_id=payers.shares[0][0], amount=amount, off=off, **common)]
    weights = sum((weight for _partner, weight in payers.shares), Fraction(0))
    parts = apportion(amount, payers.shares, step)
    offs = apportion(off, payers.shares, step)
    return [
        Piece(
            partner_id=partner,
            amount=parts[partner],
            off=offs[partner],
            share=weight / weights,
            **common,
        )
        for partner, weight in payers.shares
    ]


def _problem(due: Due, price: Price | None, payers: Payers | None, values: object) -> str:
    if price is None:
        return "no_price"
    if payers is None:
        return "no_payer"
    return "no_quantity" if due.formula is not None and values is None else ""


def _rate(due: Due, price: Price, values: Mapping[str, Fraction] | None) -> Fraction:
    """Exact amount of one price period."""
    if due.formula is None:
        return amount_for(due.quantity, price)
    return due.formula.evaluate({**(values or {}), "price": Fraction(price.unit_price)})


def strongest(span: Span, values: Sequence[Dated]) -> tuple[Dated, ...]:
    """One track from dated numbers that may overlap: the largest of a day counts, none adds up.

    Source: docs/rules/waiver.md
    """
    found = []
    for part, numbers in cut(span, [[value] for value in values]):
        known = [number for number in numbers if number is not None]
        if known:
            found.append(Dated(part.start, part.end, max(known)))
    return tuple(found)


def _price_spans(due: Due) -> list[tuple[Span, Price | None]]:
    if due.price_period == "once":
        day = due.anchor.start
        return [(due.anchor, price_spans(Span(day, day), list(due.prices))[0][1])]
    return price_spans(due.anchor, list(due.prices))


def _periods(due: Due, part: Span) -> Fraction:
    if due.price_period == "once":
        return Fraction(int(part.start == due.anchor.start))
    return worth(due.anchor, part, due.day_count) / MONTHS[due.price_period]


def representative(
    owners: list[tuple[int, int, Fraction, bool]],
) -> int | None:
    """Partner who answers for a unit on a day.

    :param owners: (ownership id, partner id, share, is_representative) valid that day
    :return: the flagged one, else the largest share, ties by lowest ownership id; None if nobody
    """
    if not owners:
        return None
    return min(owners, key=lambda line: (not line[3], -line[2], line[0]))[1]


def first_day(*days: date | None) -> date | None:
    """The latest of the given days, ignoring empty ones (start of what all of them allow)."""
    known = [day for day in days if day]
    return max(known) if known else None
