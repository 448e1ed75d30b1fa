# SPDX-License-Identifier: LGPL-3.0-or-later
"""Compare a channel's file with what we booked: nothing is matched by amount alone."""

from dataclasses import dataclass
from decimal import Decimal

from .channel_lines import ChannelLine

MATCHED = "matched"
MISSING_HERE = "missing_here"
MISSING_THERE = "missing_there"
AMOUNT = "amount"
STATE = "state"
DUPLICATE = "duplicate"


@dataclass(frozen=True)
class Booked:
    """A payment or refund as we know it.

    :param key: ours, given back in the result
    :param kind: ``payment`` or ``refund``
    :param numbers: every number under which the channel may name it
    :param amount: yuan, never negative
    :param is_final: we have the money, or have given it back
    :param is_due: it belongs to the days of the file, so its absence there is a finding
    """

    key: object
    kind: str
    numbers: frozenset[str]
    amount: Decimal
    is_final: bool = True
    is_due: bool = True


@dataclass(frozen=True)
class Finding:
    """What became of a line of the file, or of something booked that the file lacks."""

    result: str
    line: ChannelLine | None
    booked: Booked | None

    @property
    def difference(self) -> Decimal:
        """Return what the channel has more than we, yuan; refunds count negative."""
        there = self.line.amount if self.line and self.line.is_final else Decimal(0)
        here = self.booked.amount if self.booked and self.booked.is_final else Decimal(0)
        kind = (self.line or self.booked).kind  # type: ignore[union-attr]
        return (there - here) * (-1 if kind == "refund" else 1)


def match(
    lines: tuple[ChannelLine, ...], booked: tuple[Booked, ...], known: frozenset[str] = frozenset()
) -> tuple[Finding, ...]:
    """Return a finding per line, and one per booked item that is due and not in the file.

    :param known: numbers (``kind:number``) that an earlier file had already
    """
    open_items: dict[tuple[str, str], list[Booked]] = {}
    for item in booked:
        for number in item.numbers:
            open_items.setdefault((item.kind, number), []).append(item)
    used: set[int] = set()
    findings = []
    for line in lines:
        if f"{line.kind}:{line.number}" in known:
            # what is booked for it is not missing there either
            used.add(id(_find(line, open_items, used)))
            findings.append(Finding(DUPLICATE, line, None))
            continue
        item = _find(line, open_items, used)
        if item is None:
            findings.append(Finding(MISSING_HERE if line.is_final else MATCHED, line, None))
            continue
        used.add(id(item))
        findings.append(Finding(_compare(line, item), line, item))
    findings += [
        Finding(MISSING_THERE, None, item)
        for item in booked
        if item.is_due and item.is_final and id(item) not in used
    ]
    return tuple(findings)


def _find(
    line: ChannelLine, open_items: dict[tuple[str, str], list[Booked]], used: set[int]
) -> Booked | None:
    """Return the booked item of a line: by the channel's own number first, then by ours."""
    ours = (line.refund_order,) if line.kind == "refund" else (line.order,)
    for number in (line.number, *ours):
        free = [
            item
            for item in open_items.get((line.kind, number), [])
            if number and id(item) not in used
        ]
        if len(free) == 1:
            return free[0]
        # one number on several items: only an amount that fits exactly one decides
        exact = [item for item in free if item.amount == line.amount]
        if len(exact) == 1:
            return exact[0]
    return None


def _compare(line: ChannelLine, item: Booked) -> str:
    if line.is_final != item.is_final:
        return STATE
    return MATCHED if line.amount == item.amount else AMOUNT
