# SPDX-License-Identifier: LGPL-3.0-or-later
"""Bank lines: exact only by reference or bill number and whole bills; otherwise proposed."""

from datetime import date, timedelta
from decimal import Decimal as Dec

import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_fees.rules.bank_match import Debt, Index, match_line
from property_fees.rules.payment_reference import make_reference

DAY = date(2026, 3, 16)
REF, ALL = make_reference(7), make_reference(8)


def debt(key, amount="219.42", payer=1, unit=11, days=0):
    name = f"INV/2026/{key:05d}"
    return Debt(key, name, payer, unit, Dec(amount), DAY + timedelta(days=days))


DEBTS = (
    debt(1),
    debt(2, days=30),
    debt(3, "100.00", days=60),
    debt(4, "50.00", unit=12, days=1),
    debt(5, "77.00", payer=2, unit=13),
)


def index(debts=DEBTS):
    return Index(
        debts,
        {REF: (1, 11), ALL: (1, None)},
        {"3-1-1203": {11}, "3-1-1204": {12}, "5-1203": {13}, "3-2-1203": {14}, "7-1-101": {20, 21}},
        {"13800138001": {1}, "13900139000": {1, 2}},
        {"李明": {1}, "王芳": {2, 3}},
    )


@pytest.mark.parametrize(
    ("text", "amount", "kind", "evidence", "keys", "left"),
    [
        (f"物业费{REF}", "219.42", "exact", "reference", [1], 0),
        (f"{REF} 两个月", "438.84", "exact", "reference", [1, 2], 0),
        (REF, "538.84", "exact", "reference", [1, 2, 3], 0),
        (REF, "100", "exact", "reference", [3], 0),
        (ALL, "269.42", "exact", "reference", [1, 4], 0),
        (REF, "319.42", "proposed", "reference", [1, 2], 0),
        (REF, "600", "proposed", "reference", [1, 2, 3], "61.16"),
        (REF, "300", "proposed", "reference", [1, 2], 0),
        ("账单 INV/2026/00005", "77", "exact", "bill", [5], 0),
        ("INV/2026/00005", "70", "proposed", "bill", [5], 0),
        ("3-1-1203物业费", "219.42", "proposed", "unit", [1], 0),
        ("3栋1单元1203室", "438.84", "proposed", "unit", [1, 2], 0),
        ("3号楼1单元1204", "50", "proposed", "unit", [4], 0),
        ("５＃１２０３", "77", "proposed", "unit", [5], 0),
        ("3-1-1203和3-1-1204", "269.42", "proposed", "unit", [1, 4], 0),
        ("手机13800138001", "219.42", "proposed", "phone", [1], 0),
        ("3-1203", "219.42", "none", "unit", [], 0),
        ("7-1-101", "10", "none", "unit", [], 0),
        ("13900139000", "10", "none", "phone", [], 0),
        ("2026-03-1203 转账", "219.42", "none", "", [], 0),
        ("缴费", "219.42", "none", "", [], 0),
        (REF, "-5", "none", "", [], 0),
        (REF[:-1], "219.42", "none", "", [], 0),
    ],
)
def test_lines(text, amount, kind, evidence, keys, left):
    found = match_line(text, Dec(amount), index())
    assert (found.kind, found.evidence) == (kind, evidence)
    assert [one.key for one in found.debts] == keys
    assert found.left == Dec(left)


def test_name_needs_the_amount_and_one_payer():
    assert match_line("缴费", Dec("219.42"), index(), "李明").kind == "proposed"
    assert match_line("缴费", Dec("200"), index(), "李明").kind == "none"
    assert match_line("缴费", Dec("77"), index(), "王芳").kind == "none"


def test_what_is_paid_is_not_found_again():
    one = index()
    first = match_line(REF, Dec("219.42"), one)
    one.forget(first.debts)
    assert [d.key for d in match_line(REF, Dec("219.42"), one).debts] == [2]


AMOUNTS = st.lists(st.integers(1, 50000), min_size=1, max_size=8)


@given(AMOUNTS, st.integers(1, 200000))
def test_exact_means_to_the_cent_and_oldest_first_or_the_only_one(cents, paid):
    debts = [debt(i, str(Dec(c) / 100), days=i) for i, c in enumerate(cents, 1)]
    found = match_line(REF, Dec(paid) / 100, index(debts))
    total = sum(one.amount for one in found.debts)
    if found.kind == "exact":
        assert total == Dec(paid) / 100
        keys = [one.key for one in found.debts]
        assert keys == list(range(1, len(keys) + 1)) or len(keys) == 1
    assert found.left == max(Dec(paid) / 100 - sum(d.amount for d in debts), 0)
    assert found.kind != "none"


@given(AMOUNTS, st.text(max_size=40), st.integers(1, 200000))
def test_without_a_reference_nothing_is_ever_exact(cents, text, paid):
    debts = [debt(i, str(Dec(c) / 100), days=i) for i, c in enumerate(cents, 1)]
    assert match_line(text, Dec(paid) / 100, index(debts), "李明").kind != "exact"


@given(st.permutations(DEBTS), st.sampled_from(["219.42", "269.42", "319.42", "1000"]))
def test_order_of_the_bills_is_irrelevant(debts, amount):
    assert match_line(ALL, Dec(amount), index(debts)) == match_line(ALL, Dec(amount), index())
