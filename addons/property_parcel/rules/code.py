# SPDX-License-Identifier: LGPL-3.0-or-later
"""Pick-up codes: said aloud easily, unique while waiting, not guessed in bulk (PAR-09, PAR-12)."""

import itertools
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from .errors import RuleError

SHORTEST, LONGEST = 6, 10
# one guess in this many may hit any waiting parcel of the station
ODDS = 500


def length_for(waiting: int, odds: int = ODDS) -> int:
    """Return the digits needed so that a random guess hits with at most one chance in ``odds``."""
    length = SHORTEST
    while length < LONGEST and 10**length < max(1, waiting) * odds:
        length += 1
    return length


def is_easy(code: str) -> bool:
    """Tell whether a code can be said and heard without doubt, and is no obvious guess.

    No digit three times in a row, no run such as 1234 or 8765, no half repeated, no zero first.
    """
    if code[0] == "0" or len(set(code)) < 3:
        return False
    if any(code[i] == code[i + 1] == code[i + 2] for i in range(len(code) - 2)):
        return False
    steps = [int(after) - int(before) for before, after in itertools.pairwise(code)]
    if any(
        steps[i] == steps[i + 1] == steps[i + 2] and abs(steps[i]) == 1
        for i in range(len(steps) - 2)
    ):
        return False
    half = len(code) // 2
    return len(code) % 2 == 1 or code[:half] != code[half:]


def generate(taken: Collection[str], waiting: int, randbelow: Callable[[int], int]) -> str:
    """Return a new code.

    :param taken: codes of the parcels that wait at the station
    :param waiting: how many wait there
    :param randbelow: ``secrets.randbelow`` or a stand-in
    :raise RuleError: ``codes_exhausted``
    """
    length = length_for(max(waiting, len(taken)))
    for _attempt in range(1000):
        code = str(randbelow(9 * 10 ** (length - 1)) + 10 ** (length - 1))
        if code not in taken and is_easy(code):
            return code
    raise RuleError("codes_exhausted", length=length)


def spoken(code: str) -> str:
    """Return a code in groups of at most four digits: ``482 715``, ``4827 1530``."""
    if not code:
        return ""
    size = 3 if len(code) % 3 == 0 else 4
    return " ".join(code[start : start + size] for start in range(0, len(code), size))


def read(text: str) -> str:
    """Return the digits of a typed or scanned code (full-width digits count)."""
    return "".join(str(int(char)) for char in text or "" if char.isdecimal())


def locked_until(
    failures: Collection[datetime], now: datetime, limit: int, minutes: int
) -> datetime | None:
    """Return until when codes are refused, or None.

    ``limit`` wrong tries within ``minutes`` lock for ``minutes`` from the last of them. Tries that
    lie ahead of ``now`` (a clock moved back) count as made now, so that nobody unlocks by the
    clock.
    """
    window = timedelta(minutes=minutes)
    times = sorted(min(moment, now) for moment in failures)
    recent = [moment for moment in times if now - moment < window]
    if limit <= 0 or len(recent) < limit:
        return None
    return recent[-1] + window
