# SPDX-License-Identifier: LGPL-3.0-or-later
"""Paying by itself: oldest first, whole bills, never above the limit of the month."""

from datetime import date, timedelta
from decimal import Decimal as Dec

from hypothesis import given
from hypothesis import strategies as st
from property_fees.rules.autopay import Due, choose

TODAY = date(2026, 4, 15)
money = st.decimals(min_value=0, max_value=10000, places=2)
dues = st.lists(
    st.builds(
        Due,
        st.integers(1, 10**6),
        st.integers(-400, 60).map(lambda days: TODAY + timedelta(days=days)),
        st.decimals(min_value=Dec("0.01"), max_value=5000, places=2),
    ),
    unique_by=lambda due: due.key,
    max_size=12,
)


def due(key, amount, days=0):
    return Due(key, TODAY + timedelta(days=days), Dec(amount))


def test_the_oldest_that_fit():
    found = choose([due(3, 50, -1), due(1, 100, -60), due(2, 100, -30)], Dec(220), Dec(0), TODAY)
    assert [one.key for one in found.paid] == [1, 2]
    assert (found.amount, found.refused.key) == (Dec(200), 3)


def test_what_does_not_fit_stops_younger_ones():
    found = choose([due(1, 300, -60), due(2, 10, -30)], Dec(200), Dec(0), TODAY)
    assert (found.paid, found.amount, found.refused.key) == ((), 0, 1)


def test_what_is_used_counts_and_what_is_not_due_does_not():
    assert choose([due(1, 100)], Dec(150), Dec(60), TODAY).refused.key == 1
    found = choose([due(1, 100, 1)], Dec(150), Dec(0), TODAY)
    assert (found.paid, found.refused) == ((), None)


@given(dues, money, money)
def test_never_above_the_limit_and_never_past_an_older_one(all_dues, limit, used):
    found = choose(all_dues, limit, used, TODAY)
    assert found.amount == sum(one.amount for one in found.paid)
    assert not found.paid or used + found.amount <= limit
    ripe = sorted((d for d in all_dues if d.due_date <= TODAY), key=lambda d: (d.due_date, d.key))
    assert list(found.paid) == ripe[: len(found.paid)]
    if found.refused:
        assert found.refused == ripe[len(found.paid)]
        assert found.amount + used + found.refused.amount > limit
    else:
        assert len(found.paid) == len(ripe)
