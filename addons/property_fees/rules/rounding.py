# SPDX-License-Identifier: LGPL-3.0-or-later
"""The one rounding function of the fees."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from .errors import RuleError

STEPS = {"fen": Decimal("0.01"), "jiao": Decimal("0.1"), "yuan": Decimal("1")}


def round_money(amount: Decimal | Fraction | int, step: Decimal = STEPS["fen"]) -> Decimal:
    """Round half up, away from zero, to a multiple of the step.

    :param amount: exact amount; a float is refused because it is not exact
    :param step: smallest unit, e.g. 0.01 (fen), 0.1 (jiao), 1 (yuan), 0.05
    :return: Decimal with the decimals of the step
    :raise RuleError: ``inexact_amount`` for a float, ``bad_step`` unless the step is positive
    Source: docs/rules/rounding.md
    """
    if isinstance(amount, float):
        raise RuleError("inexact_amount", amount=amount)
    if step <= 0:
        raise RuleError("bad_step", step=step)
    count = Fraction(amount) / Fraction(step)
    sign = -1 if count < 0 else 1
    whole, rest = divmod(abs(count).numerator, abs(count).denominator)
    if 2 * rest >= abs(count).denominator:
        whole += 1
    return sign * whole * step


def to_fraction(value: Decimal | Fraction | int | str) -> Fraction:
    """Exact fraction of a decimal, refusing floats.

    :raise RuleError: ``inexact_amount``
    """
    if isinstance(value, float):
        raise RuleError("inexact_amount", amount=value)
    return Fraction(value)


def to_decimal(value: Fraction, digits: int = 6) -> Decimal:
    """Show a fraction as a decimal, rounded half up to `digits`, trailing zeros cut."""
    quantum = Decimal(1).scaleb(-digits)
    shown = (Decimal(value.numerator) / Decimal(value.denominator)).quantize(
        quantum, rounding=ROUND_HALF_UP
    )
    shown = shown.normalize()
    return shown.quantize(Decimal(1)) if shown.as_tuple().exponent > 0 else shown
