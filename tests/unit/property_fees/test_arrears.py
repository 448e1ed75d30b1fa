# SPDX-License-Identifier: LGPL-3.0-or-later
"""Reminders go one step at a time; parts add up; promises are kept or broken by their day."""

from datetime import date, timedelta
from decimal import Decimal as Dec

import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_fees.rules.arrears import (
    Instalment,
    Level,
    add_months,
    behind,
    is_breached,
    next_level,
    overdue_days,
    promise_state,
    split,
)
from property_fees.rules.errors import RuleError

DAY = date(2026, 3, 15)
LEVELS = (Level("c", 60, Dec(100)), Level("a", 7), Level("b", 30, Dec(50)))
AMOUNTS = st.integers(100, 10**8).map(lambda cents: Dec(cents) / 100)


@pytest.mark.parametrize(
    ("days", "amount", "reached", "expected"),
    [
        (6, 200, None, None),
        (7, 200, None, "a"),
        (400, 200, None, "a"),
        (400, 200, "a", "b"),
        (400, 200, "b", "c"),
        (400, 200, "c", None),
        (400, 40, "a", None),
        (400, 60, "b", None),
        (29, 200, "a", None),
        (0, 200, None, None),
        (400, 0, None, None),
        (400, 200, "gone", "a"),
    ],
)
def test_next_level(days, amount, reached, expected):
    found = next_level(LEVELS, days, Dec(amount), reached)
    assert (found and found.key) == expected


def test_pause_between_two_reminders():
    later = DAY + timedelta(days=6)
    assert next_level(LEVELS, 90, Dec(200), "a", DAY, later) is None
    assert next_level(LEVELS, 90, Dec(200), "a", DAY, later + timedelta(days=1)).key == "b"


def test_levels_on_one_day():
    with pytest.raises(RuleError, match="levels_same_day"):
        next_level((Level(1, 7), Level(2, 7)), 8, Dec(1))


@given(st.integers(0, 1000), AMOUNTS, st.sampled_from([None, "a", "b", "c"]))
def test_never_back_and_never_too_early(days, amount, reached):
    found = next_level(LEVELS, days, amount, reached)
    if found:
        assert days >= found.days
        assert amount >= found.minimum
        assert found.key > (reached or "")


@given(AMOUNTS, st.integers(2, 60), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_parts_add_up(amount, count, first):
    parts = split(amount, count, first)
    assert sum(part.amount for part in parts) == amount
    assert max(p.amount for p in parts) - min(p.amount for p in parts) <= Dec("0.01")
    assert [part.due for part in parts] == sorted({part.due for part in parts})
    assert parts[0].due == first


@pytest.mark.parametrize("count", [0, 1, 61])
def test_count_is_sensible(count):
    with pytest.raises(RuleError, match="bad_count"):
        split(Dec(100), count, DAY)


def test_too_small_to_split():
    for amount in ("0.01", "10.001"):
        with pytest.raises(RuleError, match="amount_too_small"):
            split(Dec(amount), 2, DAY)


def test_month_ends():
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2027, 12, 31), 2) == date(2028, 2, 29)
    assert overdue_days(DAY, DAY) == 0
    assert overdue_days(DAY, DAY + timedelta(days=3)) == 3


@given(AMOUNTS, st.integers(2, 24), st.integers(0, 900), st.integers(0, 10))
def test_who_pays_in_time_is_never_behind(amount, count, days, grace):
    parts = split(amount, count, DAY)
    today = DAY + timedelta(days=days)
    due = sum((part.amount for part in parts if part.due < today), Dec(0))
    assert behind(parts, due, today) == 0
    assert not is_breached(parts, due, today, grace)
    assert not is_breached(parts, amount, today)
    if due:
        assert behind(parts, due - Dec("0.01"), today) == Dec("0.01")


def test_breach_after_the_grace():
    parts = (Instalment(DAY, Dec(50)), Instalment(add_months(DAY, 1), Dec(50)))
    assert not is_breached(parts, Dec(0), DAY + timedelta(days=3), 3)
    assert is_breached(parts, Dec(0), DAY + timedelta(days=4), 3)
    assert not is_breached(parts, Dec(50), DAY + timedelta(days=31), 3)


def test_promise():
    assert promise_state(Dec(10), DAY, Dec(0), DAY) == "open"
    assert promise_state(Dec(10), DAY, Dec("9.99"), DAY + timedelta(days=1)) == "broken"
    assert promise_state(Dec(10), DAY, Dec(10), DAY + timedelta(days=9)) == "kept"
