# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_fees.rules.errors import RuleError
from property_fees.rules.fund import allot_use, break_even, cover_gap, spread_months

money = st.decimals(Decimal("0.01"), 1_000_000, places=2)
held = st.decimals(0, 100_000, places=2)
areas = st.decimals(Decimal("0.01"), 500, places=2)


@given(money, st.lists(st.tuples(areas, held), min_size=1, max_size=30))
def test_a_use_is_allotted_to_the_cent_and_shortage_is_what_lacks(amount, units):
    result = allot_use(amount, [(at, area, balance) for at, (area, balance) in enumerate(units)])
    assert sum(one.part for one in result.values()) == amount
    for at, (_area, balance) in enumerate(units):
        assert result[at].short == max(result[at].part - balance, 0)


def test_nothing_is_allotted_of_nothing():
    with pytest.raises(RuleError) as caught:
        allot_use(Decimal(0), [(1, Decimal(1), Decimal(1))])
    assert caught.value.code == "no_amount"


@given(money, st.lists(held, max_size=6))
def test_sources_cover_a_gap_in_order(gap, available):
    given_parts, left = cover_gap(gap, list(enumerate(available)))
    assert sum(part for _key, part in given_parts) + left == gap
    seen_rest = False
    for (_key, part), limit in zip(given_parts, available, strict=True):
        assert part <= limit
        assert not (seen_rest and part), "a later source gives only when the earlier are empty"
        seen_rest = seen_rest or part < limit


@given(held, held, held, areas, st.integers(1, 5000))
def test_break_even_prices_close_the_gap(cost, subsidy, income, area, households):
    result = break_even(cost, subsidy, income, area, households)
    assert result.gap == cost - subsidy - income
    if result.gap <= 0:
        assert result.per_m2_month == result.per_household_month == 0
    else:
        assert result.per_m2_month * area * 12 >= result.gap
        assert (result.per_m2_month - Decimal("0.01")) * area * 12 < result.gap
        assert result.per_household_month * households * 12 >= result.gap


@given(money, st.dates(date(2024, 1, 1), date(2028, 1, 1)), st.integers(0, 800))
def test_parts_of_a_year_add_up(amount, start, days):
    parts = spread_months(amount, start, start + timedelta(days=days))
    assert sum(part for _day, part in parts) == amount
    assert all(part >= 0 for _day, part in parts)
    assert [day for day, _part in parts] == sorted({day for day, _part in parts})


def test_a_year_in_equal_months():
    parts = spread_months(Decimal("100"), date(2026, 1, 1), date(2026, 12, 31))
    assert [part for _day, part in parts][:3] == [Decimal("8.33"), Decimal("8.34"), Decimal("8.33")]
    with pytest.raises(RuleError):
        spread_months(Decimal(1), date(2026, 2, 1), date(2026, 1, 1))
    with pytest.raises(RuleError):
        break_even(Decimal(1), Decimal(0), Decimal(0), Decimal(0), 1)
    with pytest.raises(RuleError):
        break_even(Decimal(-1), Decimal(0), Decimal(0), Decimal(1), 1)
