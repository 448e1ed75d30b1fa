# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_fees.rules.allot import allot
from property_fees.rules.errors import RuleError

amounts = st.lists(st.decimals(0, 10_000, places=2), min_size=1, max_size=8)


def test_worked_example():
    lines = [Decimal(100), Decimal(50), Decimal(30)]
    assert allot(Decimal(60), lines) == [Decimal("33.33"), Decimal("16.67"), Decimal("10.00")]


@given(amounts, st.integers(0, 100))
def test_adds_up_and_never_more_than_the_line(lines, percent):
    paid = (sum(lines) * percent / 100).quantize(Decimal("0.01"), rounding="ROUND_DOWN")
    parts = allot(paid, lines)
    assert sum(parts) == paid
    assert all(0 <= part <= line for part, line in zip(parts, lines, strict=True))


@given(amounts)
def test_all_paid_is_every_line(lines):
    assert allot(sum(lines, Decimal(0)), lines) == lines


@pytest.mark.parametrize(
    ("code", "paid", "lines"),
    [
        ("inexact_amount", 1.0, [Decimal(1)]),
        ("negative_amount", Decimal(-1), [Decimal(1)]),
        ("more_than_owed", Decimal(2), [Decimal(1)]),
    ],
)
def test_refused(code, paid, lines):
    with pytest.raises(RuleError) as caught:
        allot(paid, lines)
    assert caught.value.code == code
