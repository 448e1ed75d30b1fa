# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which bills an agreement to pay by itself pays today: oldest first, never above the limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Due:
    """What is owed on a bill with all that is paid beside it.

    :param key: of the bill
    :param due_date: day on which it is due
    :param amount: left to pay, late fees included; above zero
    """

    key: int
    due_date: date
    amount: Decimal


@dataclass(frozen=True)
class Choice:
    """What is paid, and the first bill that the limit does not allow."""

    paid: tuple
    amount: Decimal
    refused: Due | None = None


def choose(dues: Sequence[Due], limit: Decimal, used: Decimal, today: date) -> Choice:
    """Choose whole bills that are due, oldest first.

    A bill that does not fit stops the choice: a younger one is never paid before an older one.

    :param limit: what may be paid in a calendar month
    :param used: what was paid, or is on its way, in this month
    """
    left, paid = limit - used, []
    for due in sorted(dues, key=lambda one: (one.due_date, one.key)):
        if due.due_date > today or due.amount <= 0:
            continue
        if due.amount > left:
            return Choice(tuple(paid), limit - used - left, due)
        paid.append(due)
        left -= due.amount
    return Choice(tuple(paid), limit - used - left)
