# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which buildings are shown together in a disclosure, so that no row speaks of a single home."""

from collections.abc import Hashable, Mapping

from .errors import RuleError


def group_for_disclosure(units: Mapping[Hashable, int], minimum: int) -> list[tuple[Hashable, ...]]:
    """Return the buildings row by row: large ones alone, small ones together, these last.

    When the small ones together still have too few units, the smallest large one joins them.

    :param units: number of units by building
    :param minimum: a row stands for at least so many units, unless there are fewer in all
    :raise RuleError: ``minimum_below_one``
    Source: FEE-36; 个人信息保护法 art. 6, 73 (anonymised: nobody can be recognised)
    """
    if minimum < 1:
        raise RuleError("minimum_below_one", minimum=minimum)
    alone = [key for key, count in units.items() if count >= minimum]
    together = [key for key, count in units.items() if count < minimum]
    if together and alone and sum(units[key] for key in together) < minimum:
        smallest = min(alone, key=lambda key: units[key])
        alone.remove(smallest)
        together.append(smallest)
    rows = [(key,) for key in alone]
    return [*rows, tuple(together)] if together else rows
