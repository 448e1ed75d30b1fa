# SPDX-License-Identifier: LGPL-3.0-or-later
"""Draw a sample that anybody can draw again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from .errors import RuleError


def rank(seed: str, key: int) -> str:
    """Return the place of a case in the lot: SHA-256 of seed and number."""
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()


def draw(
    seed: str, ordinary: Iterable[int], always: Iterable[int], percent: int
) -> tuple[int, ...]:
    """Return the cases to call back.

    :param seed: public word of the draw, such as community and month
    :param ordinary: numbers of the cases among which the lot decides
    :param always: numbers of the cases that are in whatever the lot says
    :param percent: 0 to 100 of the ordinary ones, rounded up
    :return: numbers in the order of the lot
    :raise RuleError: ``bad_percent``
    """
    if not 0 <= percent <= 100:
        raise RuleError("bad_percent", percent=percent)
    sure = set(always)
    pool = sorted(set(ordinary) - sure, key=lambda key: (rank(seed, key), key))
    count = -(-len(pool) * percent // 100)
    return tuple(sorted(sure | set(pool[:count]), key=lambda key: (rank(seed, key), key)))
