# SPDX-License-Identifier: LGPL-3.0-or-later
"""Indexation: the worked example, what is refused, and properties."""

from decimal import Decimal as Dec

import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_fees.rules.errors import RuleError
from property_fees.rules.indexation import indexed


def test_worked_example():
    assert indexed(Dec("2.45"), [(Dec(40), Dec(2)), (Dec(60), Dec(5))]) == Dec("2.54")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ([(Dec(-1), Dec(2))], "negative_weight"),
        ([(Dec(60), Dec(2)), (Dec(41), Dec(2))], "weights_above_hundred"),
        ([(Dec(100), Dec(-101))], "index_below_zero"),
    ],
)
def test_refused(changes, code):
    with pytest.raises(RuleError, match=code):
        indexed(Dec(1), changes)


@given(st.decimals(0, 1000, places=6), st.decimals(-50, 50, places=2), st.integers(0, 100))
def test_between_the_indices(price, change, weight):
    result = indexed(price, [(Dec(weight), change)])
    bounds = sorted([price, price * (1 + change / 100)])
    assert bounds[0] - Dec("0.005") <= result <= bounds[1] + Dec("0.005")
