# SPDX-License-Identifier: LGPL-3.0-or-later
"""Find what a bank line pays: by reference, bill number, unit code, phone. Proposes, never guesses.

Only a reference or bill number together with an amount that settles whole bills, oldest first, is
``exact``. Everything else is a proposal that a person accepts, or nothing.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .payment_reference import find_references

EXACT, PROPOSED, NONE = "exact", "proposed", "none"
REFERENCE, BILL, UNIT, PHONE, NAME = "reference", "bill", "unit", "phone", "name"
# beyond that many bills combinations are not tried
COMBINED = 12

_UNIT = re.compile(
    r"(?<![0-9])([0-9]{1,3}|[A-Z][0-9]{0,2})(?:栋|幢|号楼|座|楼|#|-|－|/)"
    r"(?:([0-9A-Z]{1,2})(?:单元|门|梯|-|－|/))?([0-9]{3,4}[A-Z]?)(?![0-9])"
)
_PHONE = re.compile(r"(?<![0-9])(?:\+?86)?(1[3-9][0-9]{9})(?![0-9])")
_BILL = re.compile(r"[A-Z]{2,8}[/-][0-9]{4}[/-](?:[0-9]{2}[/-])?[0-9]{3,8}")


@dataclass(frozen=True)
class Debt:
    """An open bill.

    :param key: ours
    :param name: number of the bill
    :param payer: key of who was billed
    :param unit: key of the unit
    :param amount: what is left to pay, yuan
    :param due: due date
    """

    key: int
    name: str
    payer: int
    unit: int
    amount: Decimal
    due: date


@dataclass(frozen=True)
class Match:
    """What was found.

    :param kind: ``exact``, ``proposed`` or ``none``
    :param evidence: what it was found by, or empty
    :param debts: open bills that the line pays, oldest first
    :param left: what is more than the bills, yuan
    :param is_ambiguous: several payers or units fit, so nothing is proposed
    """

    kind: str = NONE
    evidence: str = ""
    debts: tuple[Debt, ...] = ()
    left: Decimal = Decimal(0)
    is_ambiguous: bool = False


@dataclass
class Index:
    """Open bills, made ready once for many lines.

    :param references: reference -> (payer, unit or None for all units)
    :param units: unit code as shown (3-1-1203) -> keys of the units of that name
    :param phones: eleven digits -> keys of payers
    :param names: name of a payer -> keys of payers
    """

    debts: Iterable[Debt]
    references: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    units: dict[str, set[int]] = field(default_factory=dict)
    phones: dict[str, set[int]] = field(default_factory=dict)
    names: dict[str, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.of_payer: dict[int, list[Debt]] = defaultdict(list)
        self.of_unit: dict[int, list[Debt]] = defaultdict(list)
        self.of_name: dict[str, Debt] = {}
        for debt in sorted(self.debts, key=lambda one: (one.due, one.key)):
            self.of_payer[debt.payer].append(debt)
            self.of_unit[debt.unit].append(debt)
            self.of_name[_squeeze(debt.name)] = debt
        self.codes: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for name, keys in self.units.items():
            parts = tuple(_squeeze(name).split("-"))
            self.codes[parts] |= keys
            if len(parts) == 3:
                self.codes[(parts[0], parts[2])] |= keys

    def forget(self, debts: Iterable[Debt]) -> None:
        """Take bills out that have just been paid."""
        for debt in debts:
            self.of_payer[debt.payer].remove(debt)
            self.of_unit[debt.unit].remove(debt)
            self.of_name.pop(_squeeze(debt.name), None)


def _squeeze(text: str) -> str:
    return unicodedata.normalize("NFKC", text or "").upper().replace(" ", "")


def match_line(text: str, amount: Decimal, index: Index, payer_name: str = "") -> Match:
    """Return what a line of money received pays.

    :param text: remark of the line, with whatever else the bank says
    :param amount: yuan received, above zero
    :param payer_name: account holder who paid, often not the owner
    """
    if amount <= 0:
        return Match()
    plain = _squeeze(text)
    for evidence, find in (
        (REFERENCE, _by_reference),
        (BILL, _by_bill),
        (UNIT, _by_unit),
        (PHONE, _by_phone),
    ):
        found = find(text, plain, index)
        if found is None:
            return Match(evidence=evidence, is_ambiguous=True)
        if found:
            return _weigh(found, amount, evidence)
    payers = index.names.get(_squeeze(payer_name), set())
    if len(payers) == 1:
        debts = index.of_payer[next(iter(payers))]
        chosen = _prefix(debts, amount)
        if chosen:
            return Match(PROPOSED, NAME, chosen)
    return Match()


def _by_reference(text: str, _plain: str, index: Index) -> list[Debt] | None:
    debts: dict[int, Debt] = {}
    for reference in find_references(text):
        if reference in index.references:
            payer, unit = index.references[reference]
            for debt in index.of_payer[payer]:
                if unit in (None, debt.unit):
                    debts[debt.key] = debt
    return _sorted(debts.values())


def _by_bill(_text: str, plain: str, index: Index) -> list[Debt] | None:
    found = {match.group() for match in _BILL.finditer(plain)}
    return _sorted(index.of_name[name] for name in found if name in index.of_name)


def _by_unit(_text: str, plain: str, index: Index) -> list[Debt] | None:
    """Bills of the units named; None when one code means several units."""
    debts: dict[int, Debt] = {}
    for match in _UNIT.finditer(plain):
        parts = tuple(part for part in match.groups() if part)
        keys = index.codes.get(parts, set())
        if len(keys) > 1:
            return None
        for key in keys:
            debts.update((debt.key, debt) for debt in index.of_unit[key])
    return _sorted(debts.values())


def _by_phone(_text: str, plain: str, index: Index) -> list[Debt] | None:
    payers = set().union(*(index.phones.get(p, set()) for p in _PHONE.findall(plain)))
    if len(payers) > 1:
        return None
    return [debt for payer in payers for debt in index.of_payer[payer]]


def _sorted(debts: Iterable[Debt]) -> list[Debt]:
    return sorted(debts, key=lambda one: (one.due, one.key))


def _weigh(debts: list[Debt], amount: Decimal, evidence: str) -> Match:
    """Return which of the bills the amount pays."""
    sure = EXACT if evidence in (REFERENCE, BILL) else PROPOSED
    chosen = _prefix(debts, amount)
    if chosen:
        return Match(sure, evidence, chosen)
    single = [debt for debt in debts if debt.amount == amount]
    if len(single) == 1:
        return Match(sure, evidence, tuple(single))
    combined = _combine(debts, amount)
    if combined:
        return Match(PROPOSED, evidence, combined)
    paid, taken = Decimal(0), []
    for debt in debts:
        if paid >= amount:
            break
        taken.append(debt)
        paid += debt.amount
    return Match(PROPOSED, evidence, tuple(taken), max(amount - paid, Decimal(0)))


def _prefix(debts: list[Debt], amount: Decimal) -> tuple[Debt, ...]:
    """Return the oldest bills that come to the amount exactly, or nothing."""
    total = Decimal(0)
    for count, debt in enumerate(debts, start=1):
        total += debt.amount
        if total == amount:
            return tuple(debts[:count])
        if total > amount:
            break
    return ()


def _combine(debts: list[Debt], amount: Decimal) -> tuple[Debt, ...]:
    """Return the only set of bills that comes to the amount, or nothing when there are several."""
    if len(debts) > COMBINED:
        return ()
    sums: dict[Decimal, list[tuple[int, ...]]] = {Decimal(0): [()]}
    for place, debt in enumerate(debts):
        # at most two sets per sum are kept: enough to know that there are several
        for total, sets in [(total, list(sets)) for total, sets in sums.items()]:
            more = total + debt.amount
            if more <= amount:
                room = 2 - len(sums.get(more, []))
                sums.setdefault(more, []).extend([(*one, place) for one in sets][: max(room, 0)])
    found = sums.get(amount, [])
    return tuple(debts[place] for place in found[0]) if len(found) == 1 else ()
