# SPDX-License-Identifier: LGPL-3.0-or-later
"""What is owed for something measured over days: metered consumption, a share of a cost."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .charge import LetOff, Piece, Running, split
from .errors import RuleError
from .metering import Segment
from .period import Dated, Span, cut
from .proration import months_of
from .rounding import STEPS
from .tariff import Price, Step, amount_for, price_spans

LADDERS = ("bill", "month", "year")


@dataclass(frozen=True)
class Measured:
    """Everything that decides what is owed for measured quantities.

    :param block: the days billed together; rounding starts at its first day
    :param segments: without gaps, covering the block; those before it count for yearly steps only
    :param ladder: when steps start anew: each bill, each bill with bounds per month, each 1 January
    """

    block: Span
    segments: tuple[Segment, ...]
    prices: tuple[Price, ...]
    payers: tuple[Dated, ...]
    reductions: tuple[Dated, ...] = ()
    ladder: str = "bill"
    step: Decimal = STEPS["fen"]


@dataclass
class _Part:
    span: Span
    values: tuple
    quantity: Fraction
    exact: Fraction
    off: Fraction = Fraction(0)
    ladder: list = field(default_factory=list)


def measured_pieces(due: Measured, wanted: list[Span]) -> list[Piece]:
    """Price the wanted days of a block.

    Consumption is spread evenly over the days between two readings, so whoever pays from which
    day on, the pieces of a block add up to its rounded whole (as in `charge.pieces_of`).

    :raise RuleError: ``outside_block``, ``unknown_ladder`` and those of the rules used
    Source: docs/rules/metering.md
    """
    if due.ladder not in LADDERS:
        raise RuleError("unknown_ladder", ladder=due.ladder)
    asked = []
    for span in sorted(wanted):
        if due.block.intersect(span.start, span.end) != span:
            raise RuleError("outside_block", start=span.start, end=span.end)
        asked.append(Dated(span.start, span.end, span.start))
    found: list[Piece] = []
    running, let_off = Running(due.step), LetOff(due.step)
    for group in _groups(due, asked):
        net = sum((part.exact for part in group), Fraction(0))
        amount = running.add(net)
        off = let_off.add(net + sum((part.off for part in group), Fraction(0)), net, amount)
        wanted_key, price, payers, reduction = group[0].values
        if wanted_key is not None:
            values = (price, payers, reduction or Fraction(0))
            found += _pieces(due, group, values, (amount, off))
    return found


def _groups(due: Measured, asked: list[Dated]) -> list[list[_Part]]:
    """Parts of the block with one wanted span, price, payer and reduction, priced."""
    anchor = Span(due.segments[0].span.start, due.segments[-1].span.end)
    prices = [
        Dated(part.start, part.end, price) for part, price in price_spans(anchor, list(due.prices))
    ]
    segments = [Dated(one.span.start, one.span.end, one) for one in due.segments]
    years = [
        Dated(date(year, 1, 1), date(year, 12, 31), year)
        for year in range(anchor.start.year, anchor.end.year + 1)
    ]
    blocks = [Dated(due.block.start, due.block.end, True)]
    tracks = [asked, prices, list(due.payers), list(due.reductions), segments, years, blocks]
    groups: list[list[_Part]] = []
    counted: dict[int, Fraction] = {}
    for span, (*values, segment, year, inside) in cut(anchor, tracks):
        quantity = segment.quantity * Fraction(span.days, segment.span.days)
        window = year if due.ladder == "year" else 0
        if not inside and due.ladder != "year":
            continue
        before = counted.get(window, Fraction(0))
        counted[window] = before + quantity
        if not inside:
            continue
        part = _price_part(due, span, tuple(values), quantity, before)
        if groups and groups[-1][0].values == part.values:
            groups[-1].append(part)
        else:
            groups.append([part])
    return groups


def _price_part(
    due: Measured, span: Span, values: tuple, quantity: Fraction, before: Fraction
) -> _Part:
    price, reduction = values[1], values[3] or Fraction(0)
    if price is None:
        return _Part(span, values, quantity, Fraction(0))
    price = _scaled(due, price)
    exact = amount_for(before + quantity, price) - amount_for(before, price)
    ladder = _ladder(price, before, before + quantity) if price.steps else []
    net = exact * (1 - reduction)
    return _Part(span, values, quantity, net, exact - net, ladder)


def _scaled(due: Measured, price: Price) -> Price:
    """The price with its bounds for the months of the block, when they are per month."""
    if due.ladder != "month" or not price.steps:
        return price
    months = months_of(due.block)
    steps = tuple(Step(Fraction(step.above) * months, step.unit_price) for step in price.steps)
    return Price(price.id, price.unit_price, price.start, price.end, price.specificity, steps)


def _ladder(price: Price, low: Fraction, high: Fraction) -> list[tuple[Decimal, Fraction]]:
    """(unit price, quantity) of each step that the quantities from low to high fall into."""
    bounds = [Fraction(step.above) for step in price.steps]
    found = []
    for index, step in enumerate(price.steps):
        top = bounds[index + 1] if index + 1 < len(bounds) else max(high, bounds[index])
        within = min(high, top) - max(low, bounds[index])
        if within > 0:
            found.append((step.unit_price, within))
    return found


def _pieces(due: Measured, group: list[_Part], values: tuple, amounts: tuple) -> list[Piece]:
    price, payers, reduction = values
    amount, off = amounts
    span = Span(group[0].span.start, group[-1].span.end)
    ladder: dict[Decimal, Fraction] = {}
    for part in group:
        for unit_price, quantity in part.ladder:
            ladder[unit_price] = ladder.get(unit_price, Fraction(0)) + quantity
    common = {
        "span": span,
        "group": 0,
        "price": price,
        "reduction": reduction,
        "quantity": sum((part.quantity for part in group), Fraction(0)),
        "periods": Fraction(1),
        "exact": sum((part.exact for part in group), Fraction(0)),
        "ladder": tuple(ladder.items()),
        "segments": tuple(
            segment for segment in due.segments if segment.span.intersect(span.start, span.end)
        ),
    }
    problem = "no_price" if price is None else "no_payer" if payers is None else ""
    if problem:
        return [Piece(partner_id=None, amount=Decimal(0), problem=problem, **common)]
    return split(payers, amount, off, due.step, common)


def blocks_of(segments: list[Segment], windows: list[Span], ladder: str) -> list[tuple]:
    """Group segments by the billing window in which they were read.

    :param windows: billing windows, disjoint; a segment belongs to the one that holds its last day
    :return: (block, segments for the rule) pairs; with yearly steps the segments begin with the
        year of the block's first day
    """
    found = []
    for window in windows:
        mine = [one for one in segments if window.start <= one.span.end <= window.end]
        if not mine:
            continue
        block = Span(mine[0].span.start, mine[-1].span.end)
        counted = mine
        if ladder == "year":
            new_year = date(block.start.year, 1, 1)
            counted = [
                one for one in segments if one.span.end >= new_year and one.span.start <= block.end
            ]
        found.append((block, tuple(counted)))
    return found
