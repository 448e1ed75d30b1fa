# SPDX-License-Identifier: LGPL-3.0-or-later
"""Split an amount so that the parts add up to it to the last cent."""

from collections.abc import Hashable, Sequence
from decimal import Decimal
from fractions import Fraction

from .errors import RuleError
from .rounding import STEPS


def apportion(
    total: Decimal,
    weights: Sequence[tuple[Hashable, Decimal | Fraction | int]],
    step: Decimal = STEPS["fen"],
) -> dict[Hashable, Decimal]:
    """Largest remainder: every part gets its whole steps, the rest goes to the largest remainders.

    Equal remainders are served in ascending order of id. A negative total gives the
    mirrored result of its positive.

    :param total: amount to split, a multiple of the step
    :param weights: (id, weight) pairs; weights not negative, not all zero, ids distinct
    :param step: smallest unit
    :return: id -> amount, in the order given
    :raise RuleError: ``no_weights``, ``negative_weight``, ``duplicate_id``, ``total_not_in_steps``
    Source: docs/rules/apportion.md
    """
    shares = [(key, Fraction(weight)) for key, weight in weights]
    weight_sum = sum((weight for _key, weight in shares), Fraction(0))
    if any(weight < 0 for _key, weight in shares):
        raise RuleError("negative_weight")
    if not weight_sum:
        raise RuleError("no_weights")
    if len({key for key, _weight in shares}) != len(shares):
        raise RuleError("duplicate_id")
    steps = Fraction(total) / Fraction(step)
    if steps.denominator != 1:
        raise RuleError("total_not_in_steps", total=total, step=step)
    sign = -1 if steps < 0 else 1
    count = abs(steps.numerator)
    parts, remainders = {}, []
    for key, weight in shares:
        exact = count * weight / weight_sum
        parts[key] = exact.numerator // exact.denominator
        remainders.append((parts[key] - exact, key))  # the most negative is the largest remainder
    for _remainder, key in sorted(remainders)[: count - sum(parts.values())]:
        parts[key] += 1
    return {key: sign * part * step for key, part in parts.items()}
