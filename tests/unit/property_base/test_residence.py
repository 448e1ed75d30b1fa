# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from property_base.rules.residence import held_since

DAY = date(2026, 6, 15)


def test_examples():
    assert held_since([], DAY) == (False, None)
    assert held_since([(None, None)], DAY) == (True, None)
    assert held_since([(date(2026, 6, 15), None)], DAY) == (True, DAY)
    assert held_since([(date(2026, 6, 16), None)], DAY) == (False, None)
    assert held_since([(None, date(2026, 6, 14))], DAY) == (False, None)
    # the tenant buys the flat: one run
    let = (date(2024, 1, 1), date(2026, 4, 30))
    assert held_since([(date(2026, 5, 1), None), let], DAY) == (True, date(2024, 1, 1))
    # away for a day: a new run
    assert held_since([(date(2026, 5, 2), None), let], DAY) == (True, date(2026, 5, 2))


days = st.dates(date(2025, 1, 1), date(2025, 3, 1))


@given(st.lists(st.tuples(st.none() | days, st.none() | days), max_size=6), days)
def test_it_is_the_run_that_counting_back_finds(periods, day):
    periods = [one for one in periods if None in one or one[0] <= one[1]]

    def covered(one):
        return any(
            (start is None or start <= one) and (end is None or one <= end)
            for start, end in periods
        )

    held, since = held_since(periods, day)
    assert held == covered(day)
    if not held:
        assert since is None
        return
    first = day
    while covered(first) and first > date(2024, 12, 1):
        first -= timedelta(days=1)
    assert since == (None if first == date(2024, 12, 1) else first + timedelta(days=1))
