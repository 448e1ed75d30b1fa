# SPDX-License-Identifier: LGPL-3.0-or-later
"""Yearly indexation of reference prices by weighted indices."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from .errors import RuleError
from .rounding import round_money


def indexed(
    price: Decimal,
    changes: Sequence[tuple[Decimal, Decimal]],
    step: Decimal = Decimal("0.01"),
) -> Decimal:
    """The price after a year: price × (1 + Σ weight × change), rounded half up.

    :param changes: (weight in percent, change of the index in percent) pairs; weights up to 100
        in all, what is left does not move
    :raise RuleError: ``negative_weight``, ``weights_above_hundred``, ``index_below_zero``
    Source: docs/rules/indexation.md
    """
    if any(weight < 0 for weight, _change in changes):
        raise RuleError("negative_weight")
    if sum(weight for weight, _change in changes) > 100:
        raise RuleError("weights_above_hundred")
    factor = 1 + sum(
        (Fraction(weight) * Fraction(change) / 10000 for weight, change in changes), Fraction(0)
    )
    if factor < 0:
        raise RuleError("index_below_zero")
    return round_money(Fraction(price) * factor, step)
