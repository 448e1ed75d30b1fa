# SPDX-License-Identifier: LGPL-3.0-or-later
"""Subsidies in parts: nothing is lost between payers and instalments."""

import doctest
from decimal import Decimal as Dec

import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_fees.rules import subsidy
from property_fees.rules.errors import RuleError
from property_fees.rules.subsidy import keep_back, plan_parts

amounts = st.decimals(min_value=Dec("0.01"), max_value=10**8, places=2)


def test_examples_in_the_documentation():
    assert doctest.testmod(subsidy).failed == 0


def test_two_equal_payers_and_a_start_up_part():
    found = plan_parts(Dec("100000.01"), [(1, Dec(30)), (2, Dec(70))], [(7, 1), (8, 1)])
    assert found == {
        (1, 7): Dec("15000.00"),
        (1, 8): Dec("15000.00"),
        (2, 7): Dec("35000.01"),
        (2, 8): Dec("35000.00"),
    }


@given(
    amounts,
    st.integers(0, 100),
    st.lists(st.integers(1, 9), min_size=1, max_size=4),
)
def test_the_parts_add_up(total, first, weights):
    found = plan_parts(total, [(1, Dec(first)), (2, Dec(100 - first))], list(enumerate(weights)))
    assert sum(found.values()) == total
    assert all(amount >= 0 for amount in found.values())


def test_percents_that_do_not_add_up():
    with pytest.raises(RuleError, match="percent_not_whole"):
        plan_parts(Dec(100), [(1, Dec(30)), (2, Dec(60))], [(1, 1)])


@given(amounts, st.decimals(min_value=0, max_value=100, places=2))
def test_what_is_kept_back_is_within_the_part(amount, percent):
    kept = keep_back(amount, percent)
    assert 0 <= kept <= amount
    assert abs(kept - amount * percent / 100) <= Dec("0.005")


def test_more_than_all_is_refused():
    with pytest.raises(RuleError):
        keep_back(Dec(1), Dec(101))
