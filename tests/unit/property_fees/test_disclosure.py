# SPDX-License-Identifier: LGPL-3.0-or-later
import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_fees.rules.disclosure import group_for_disclosure
from property_fees.rules.errors import RuleError

sizes = st.dictionaries(st.integers(), st.integers(0, 60), max_size=12)


@given(sizes, st.integers(1, 20))
def test_each_building_once_and_no_row_below_the_minimum(units, minimum):
    rows = group_for_disclosure(units, minimum)
    assert sorted(key for row in rows for key in row) == sorted(units)
    for row in rows:
        count = sum(units[key] for key in row)
        assert count >= minimum or len(row) == len(units)


def test_villas_are_shown_together_and_a_lone_one_with_the_smallest_block():
    assert group_for_disclosure({"A": 40, "v1": 1, "v2": 1, "v3": 3}, 5) == [
        ("A",),
        ("v1", "v2", "v3"),
    ]
    assert group_for_disclosure({"A": 40, "B": 20, "v1": 1}, 5) == [("A",), ("v1", "B")]


def test_a_minimum_is_at_least_one():
    with pytest.raises(RuleError) as caught:
        group_for_disclosure({}, 0)
    assert caught.value.code == "minimum_below_one"
