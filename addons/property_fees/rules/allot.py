# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which lines of a bill a part payment has paid."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from .errors import RuleError

FEN = Decimal("0.01")


def allot(paid: Decimal, lines: Sequence[Decimal]) -> list[Decimal]:
    """Share what was paid among the lines of a bill in proportion, to the fen.

    The parts add up to what was paid, no part exceeds its line, and a fen that is left over goes
    to the largest remainder, ties to the earlier line.

    :param paid: between zero and the sum of the lines
    :param lines: amounts of the lines, none below zero
    :raise RuleError: ``inexact_amount``, ``negative_amount``, ``more_than_owed``
    Source: docs/rules/allot.md
    """
    if isinstance(paid, float) or any(isinstance(line, float) for line in lines):
        raise RuleError("inexact_amount")
    if paid < 0 or any(line < 0 for line in lines):
        raise RuleError("negative_amount")
    total = sum(lines, Decimal(0))
    if paid > total:
        raise RuleError("more_than_owed", paid=paid, owed=total)
    if not paid:
        return [Decimal("0.00") for _line in lines]
    exact = [Fraction(paid) * Fraction(line) / Fraction(total) * 100 for line in lines]
    parts = [int(one) for one in exact]
    left = int(Fraction(paid) * 100) - sum(parts)
    order = sorted(range(len(lines)), key=lambda index: (parts[index] - exact[index], index))
    for index in order[:left]:
        parts[index] += 1
    return [part * FEN for part in parts]
