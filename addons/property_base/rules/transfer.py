# SPDX-License-Identifier: LGPL-3.0-or-later
"""Who owns a unit after some owners pass their shares on.

Source: Civil Code art. 209 (transfer takes effect on registration), 305 (a co-owner may transfer
his share), requirement BAS-06.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from .errors import RuleError


@dataclass(frozen=True)
class Part:
    """One person's share of a unit.

    :param person: identifier of the owner
    :param share: exact part of the whole unit, above 0 and at most 1
    :param representative: named to vote and be billed
    """

    person: int
    share: Fraction
    representative: bool = False


def owners_after(
    owners: Iterable[Part], sellers: Iterable[int], buyers: Iterable[Part]
) -> list[Part]:
    """Return the owners after ``sellers`` have passed all of their shares to ``buyers``.

    A buyer who already owned a share, or who is named twice, holds one share that is the sum.
    A representative named among the buyers takes over from the one before.

    :param owners: the owners before; empty when the unit had none
    :param sellers: persons among ``owners`` who leave; ignored when there were no owners
    :param buyers: the new parts, as shares of the whole unit
    :return: parts that add up to exactly one, old co-owners first, then buyers in their order
    :raise RuleError: ``no_buyer``, ``no_seller``, ``not_an_owner``, ``bad_share``,
        ``share_mismatch`` (details: ``sold``, ``bought``), ``two_representatives``,
        ``nothing_changes``
    """
    before, gone, new = list(owners), set(sellers), list(buyers)
    if not new:
        raise RuleError("no_buyer")
    if any(part.share <= 0 or part.share > 1 for part in new):
        raise RuleError("bad_share")
    if before and not gone:
        raise RuleError("no_seller")
    unknown = gone - {part.person for part in before}
    if before and unknown:
        raise RuleError("not_an_owner", person=min(unknown))
    sold = sum((part.share for part in before if part.person in gone), Fraction(0))
    sold = sold if before else Fraction(1)
    bought = sum((part.share for part in new), Fraction(0))
    if sold != bought:
        raise RuleError("share_mismatch", sold=sold, bought=bought)
    if len({part.person for part in new if part.representative}) > 1:
        raise RuleError("two_representatives")
    named = any(part.representative for part in new)
    shares: dict[int, Fraction] = {}
    speaks: dict[int, bool] = {}
    for part in before:
        if part.person not in gone:
            shares[part.person] = shares.get(part.person, Fraction(0)) + part.share
            speaks[part.person] = part.representative and not named
    for part in new:
        shares[part.person] = shares.get(part.person, Fraction(0)) + part.share
        speaks[part.person] = speaks.get(part.person, False) or part.representative
    after = [Part(person, share, speaks[person]) for person, share in shares.items()]
    same = {(part.person, part.share, part.representative) for part in before}
    if {(part.person, part.share, part.representative) for part in after} == same:
        raise RuleError("nothing_changes")
    return after
