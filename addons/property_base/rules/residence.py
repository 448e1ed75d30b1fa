# SPDX-License-Identifier: LGPL-3.0-or-later
"""Since when somebody belongs to a unit, whatever the relation was meanwhile.

Periods are whole days; both ends are included. ``None`` as start means "since before the register
began", ``None`` as end means "still running". Source: requirement BAS-17.
"""

from collections.abc import Iterable
from datetime import date, timedelta

DAY = timedelta(days=1)


def held_since(
    periods: Iterable[tuple[date | None, date | None]], day: date
) -> tuple[bool, date | None]:
    """Return whether one of the periods covers ``day``, and the first day of the unbroken run.

    A tenant who buys, or an owner whose share changes, does not begin anew: periods that overlap
    or follow each other without a free day are one run.

    :param periods: (first day, last day)
    :return: (covered, first day); the day is ``None`` for "since ever", or when not covered
    """
    spans = sorted(
        ((start or date.min, end or date.max) for start, end in periods), key=lambda span: span[0]
    )
    since = until = None
    for start, end in spans:
        if start > day:
            break
        if until is None or (until < date.max and start > until + DAY):
            since, until = start, end
        else:
            until = max(until, end)
    if until is None or until < day:
        return False, None
    return True, None if since == date.min else since
