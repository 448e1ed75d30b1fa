from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from property_base.rules.ownership import Holding, representative, segments, unbalanced

HALF = Fraction(1, 2)
DAYS = st.dates(date(2020, 1, 1), date(2020, 3, 1))


@st.composite
def holdings(draw):
    lines = []
    for key in range(draw(st.integers(0, 5))):
        start, end = draw(st.none() | DAYS), draw(st.none() | DAYS)
        if start and end and end < start:
            start, end = end, start
        share = Fraction(draw(st.integers(1, 3)), 3)
        lines.append(Holding(key, key, share, start, end, draw(st.booleans())))
    return lines


def test_one_owner_is_balanced():
    assert unbalanced([Holding(1, 1, Fraction(1))]) == []


def test_gap_without_owner_is_allowed():
    lines = [
        Holding(1, 1, Fraction(1), end=date(2024, 1, 31)),
        Holding(2, 2, Fraction(1), start=date(2024, 3, 1)),
    ]
    assert unbalanced(lines) == []


def test_missing_half_is_found_with_its_dates():
    lines = [
        Holding(1, 1, HALF),
        Holding(2, 2, HALF, start=date(2024, 1, 1)),
    ]
    (wrong,) = unbalanced(lines)
    assert (wrong.start, wrong.end, wrong.total) == (None, date(2023, 12, 31), HALF)


def test_representative_named_then_largest_then_first():
    lines = [Holding(1, 1, Fraction(1, 4)), Holding(2, 2, Fraction(3, 4))]
    assert representative(lines, date(2024, 1, 1)).person == 2
    named = [Holding(1, 1, Fraction(1, 4), representative=True), lines[1]]
    assert representative(named, date(2024, 1, 1)).person == 1
    even = [Holding(5, 1, HALF), Holding(4, 2, HALF)]
    assert representative(even, date(2024, 1, 1)).person == 2
    assert representative([], date(2024, 1, 1)) is None


@given(holdings(), DAYS)
def test_each_day_lies_in_the_segment_of_its_holdings(lines, day):
    active = {line.key for line in lines if line.covers(day)}
    hits = [
        segment
        for segment in segments(lines)
        if (segment.start is None or segment.start <= day)
        and (segment.end is None or day <= segment.end)
    ]
    assert len(hits) == (1 if active else 0)
    if hits:
        assert {line.key for line in hits[0].holdings} == active


@given(holdings())
def test_segments_are_in_order_and_apart(lines):
    found = segments(lines)
    for before, after in pairwise(found):
        assert before.end + timedelta(days=1) <= after.start


@given(holdings(), DAYS)
def test_order_of_lines_does_not_matter(lines, day):
    assert segments(lines) == segments(list(reversed(lines)))
    assert representative(lines, day) == representative(list(reversed(lines)), day)
