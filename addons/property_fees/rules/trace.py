# SPDX-License-Identifier: LGPL-3.0-or-later
"""The explanation of a charge as data, frozen with it and put into words by the model.

A trace is a JSON object: ``v`` (version), ``basis``, ``quantity`` and ``quantity_unit``,
``price`` with ``currency`` and ``price_period``, ``periods`` (decimal text) with ``day_count`` and
the ``parts`` (month, days charged, days of the month) that led to them when a month is broken,
``reduction`` in percent, ``share``, ``exact`` (before rounding), ``amount``, ``step``.
"""

from decimal import Decimal
from fractions import Fraction

from .charge import Due, Piece
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
    exact = amount_for(piece.quantity, piece.price) * piece.periods
    exact *= (1 - piece.reduction) * piece.share
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
    if piece.reduction:
        trace["reduction"] = plain(piece.reduction * 100)
    if piece.share != 1:
        trace["share"] = f"{piece.share.numerator}/{piece.share.denominator}"
    if due.step != STEPS["fen"]:
        trace["step"] = str(due.step)
    if piece.price.steps:
        trace["steps"] = [[plain(s.above), plain(s.unit_price)] for s in piece.price.steps]
    return trace
