# SPDX-License-Identifier: LGPL-3.0-or-later
"""A subsidy in parts: who pays which part, and what is kept back when its condition failed."""

from collections.abc import Hashable, Sequence
from decimal import Decimal
from fractions import Fraction

from .apportion import apportion
from .errors import RuleError
from .rounding import STEPS

HUNDRED = 100


def plan_parts(
    total: Decimal,
    parts: Sequence[tuple[Hashable, Decimal]],
    payers: Sequence[tuple[Hashable, Decimal]],
) -> dict[tuple[Hashable, Hashable], Decimal]:
    """Split a grant over instalments and each instalment over its payers, to the cent.

    :param total: amount granted, in cents exact
    :param parts: (key, percent) of each instalment; the percents add up to 100
    :param payers: (key, weight) of each payer
    :return: (part, payer) -> amount; the amounts add up to the total, and those of a part to its
        share
    :raise RuleError: ``percent_not_whole``, or what :func:`apportion` refuses
    """
    if sum(Fraction(percent) for _key, percent in parts) != HUNDRED:
        raise RuleError("percent_not_whole")
    return {
        (part, payer): amount
        for part, share in apportion(total, parts).items()
        for payer, amount in apportion(share, payers).items()
    }


def keep_back(amount: Decimal, percent: Decimal) -> Decimal:
    """Return what is kept back of an instalment whose condition failed, rounded half up to cents.

    >>> keep_back(Decimal("100.05"), Decimal(30))
    Decimal('30.02')
    """
    if not 0 <= percent <= HUNDRED:
        raise RuleError("percent_out_of_range", percent=percent)
    cents = Fraction(amount) * Fraction(percent) / HUNDRED / Fraction(STEPS["fen"])
    return (2 * cents.numerator + cents.denominator) // (2 * cents.denominator) * STEPS["fen"]
