# SPDX-License-Identifier: LGPL-3.0-or-later
"""Holds before release and the procedure for parcels of high risk (PAR-14..17, PAR-23)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

DISINFECTIONS = 3
GAP = timedelta(hours=1)
ORIGINS = ("low", "medium_high", "overseas")


def release_at(arrived: datetime, hours: int) -> datetime:
    """Return when the static hold of a place ends."""
    return arrived + timedelta(hours=max(0, hours))


def next_disinfection(done: Sequence[datetime], gap: timedelta = GAP) -> datetime | None:
    """Return the earliest time of the next disinfection; None: at once."""
    return max(done) + gap if done else None


def disinfection_problem(done: Sequence[datetime], now: datetime, gap: timedelta = GAP) -> str:
    """Return why a further disinfection cannot count now: ``"too_soon"``, ``"enough"`` or ``""``.

    After a clock was moved back the gap counts from the last entry, which lies ahead.
    """
    if len(done) >= DISINFECTIONS:
        return "enough"
    earliest = next_disinfection(done, gap)
    return "too_soon" if earliest and now < earliest else ""


def is_risk(risk_class: str | None, *, procedure: bool, overseas: bool = False) -> bool:
    """Tell whether a parcel of this class is isolated at check-in.

    :param procedure: a period with the procedure for parcels of risk runs
    :param overseas: in it parcels from overseas count as parcels of risk
    """
    return procedure and (risk_class == "medium_high" or (overseas and risk_class == "overseas"))


def procedure_gaps(
    *,
    sealed: bool,
    registered: bool,
    done: Sequence[datetime],
    reported: bool,
    tests: Sequence[str] = (),
):
    """Return what a parcel of high risk still lacks before the all-clear, in order.

    :param tests: result of everybody who touched it: ``negative``, ``positive`` or ``pending``
    """
    gaps = []
    if not sealed:
        gaps.append("seal")
    if not registered:
        gaps.append("contacts")
    elif any(result != "negative" for result in tests):
        gaps.append("tests")
    if len(done) < DISINFECTIONS:
        gaps.append("disinfection")
    if not reported:
        gaps.append("report")
    return gaps
