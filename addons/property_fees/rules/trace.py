# SPDX-License-Identifier: LGPL-3.0-or-later
"""The explanation of a charge as data, frozen with it and put into words by the model.

A trace is a JSON object: ``v`` (version), ``basis``, ``quantity`` and ``quantity_unit``,
``price`` with ``currency`` and ``price_period``, ``periods`` (decimal text) with ``day_count`` and
the ``parts`` (month, days charged, days of the month) that led to them when a month is broken,
``reduction`` in percent, ``rebate`` per price period, ``share``, ``exact`` (before rounding),
``amount``, ``step``. A formula adds ``formula``, ``filled`` (with numbers) and ``rate``, measured
things ``readings``, ``days``, ``ladder``, a share of a cost ``pool``.
"""

from decimal import Decimal
from fractions import Fraction

from .charge import Due, Piece
from .measured import Measured
from .metering import Segment
from .period import MONTHS, iter_months, month_days
from .rounding import STEPS, to_decimal
from .tariff import amount_for


def plain(number: Decimal | Fraction | int, digits: int = 6) -> str:
    """Decimal text without exponent and trailing zeros."""
    return format(to_decimal(Fraction(number), digits), "f")


def build(due: Due, piece: Piece, basis: str, currency: str) -> dict:
    """Write down how the amount of a piece came about.

    :return: JSON-able dict, see the head of the module
    """
    exact = piece.exact if piece.exact is not None else _exact(piece)
    exact *= piece.share
    trace = {
        "v": 1,
        "basis": basis,
        "quantity": plain(piece.quantity),
        "price": plain(piece.price.unit_price),
        "currency": currency,
        "price_period": due.price_period,
        "periods": plain(piece.periods),
        "exact": plain(exact),
        "amount": str(piece.amount),
    }
    if due.price_period in MONTHS:
        months = list(iter_months(piece.span))
        broken = [part for part in months if part.days != month_days(part.start)]
        if broken:
            trace["day_count"] = due.day_count
            trace["parts"] = [
                [part.start.isoformat(), part.days, month_days(part.start)] for part in months
            ]
    if piece.price.steps:
        trace["steps"] = [[plain(s.above), plain(s.unit_price)] for s in piece.price.steps]
    if due.formula is not None and piece.values is not None:
        values = {**piece.values, "price": Fraction(piece.price.unit_price)}
        trace["formula"] = due.formula.text
        trace["filled"] = due.formula.explain(values)
        trace["rate"] = plain(due.formula.evaluate(values))
    return trace | _conditions(piece, due.step)


def build_measured(due: Measured, piece: Piece, basis: str, currency: str) -> dict:
    """Write down how the amount of a measured piece came about, readings and steps included.

    ``readings`` are [first day, value, last day, value, multiplier, consumption, days counted,
    days in all]; the value of a meter that was exchanged is that of its new device.

    :return: JSON-able dict, see the head of the module
    """
    trace = {
        "v": 1,
        "basis": basis,
        "quantity": plain(piece.quantity),
        "price": plain(piece.price.unit_price),
        "currency": currency,
        "price_period": "once",
        "periods": "1",
        "exact": plain(piece.exact * piece.share),
        "amount": str(piece.amount),
    }
    readings = [_reading(segment, piece) for segment in piece.segments if segment.first]
    if readings:
        trace["readings"] = readings
    block = due.block
    if not readings and piece.span != block:
        trace["days"] = [piece.span.days, block.days]
    if piece.ladder and len(piece.price.steps) > 1:
        trace["ladder"] = [[plain(price), plain(quantity)] for price, quantity in piece.ladder]
        trace["ladder_kind"] = due.ladder
    return trace | _conditions(piece, due.step)


def _reading(segment: Segment, piece: Piece) -> list:
    first, last, span = segment.first, segment.last, segment.span
    start = first.value if first.start_value is None else first.start_value
    counted = span.intersect(piece.span.start, piece.span.end)
    return [
        first.day.isoformat(),
        plain(start),
        last.day.isoformat(),
        plain(last.value),
        plain(first.multiplier),
        plain(segment.quantity),
        counted.days,
        span.days,
    ]


def _exact(piece: Piece) -> Fraction:
    exact = amount_for(piece.quantity, piece.price) * (1 - piece.reduction) - piece.rebate
    return max(exact, Fraction(0)) * piece.periods


def _conditions(piece: Piece, step: Decimal) -> dict:
    found = {}
    if piece.reduction:
        found["reduction"] = plain(piece.reduction * 100)
    if piece.rebate:
        found["rebate"] = plain(piece.rebate)
    if piece.share != 1:
        found["share"] = f"{piece.share.numerator}/{piece.share.denominator}"
    if step != STEPS["fen"]:
        found["step"] = str(step)
    return found
