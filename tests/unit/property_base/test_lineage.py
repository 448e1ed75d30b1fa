# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal as D
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_base.rules.errors import RuleError
from property_base.rules.lineage import difference, links


def test_merge_takes_each_old_unit_whole():
    found = links("merge", [D("89.56"), D("60.00")], [D("149.56")])
    assert [(link.old, link.new, link.part, link.area) for link in found] == [
        (0, 0, F(1), D("89.56")),
        (1, 0, F(1), D("60.00")),
    ]


def test_split_shares_the_old_area():
    found = links("split", [D("100.00")], [D("33.00"), D("33.00"), D("33.00")])
    assert [link.part for link in found] == [F(1, 3)] * 3
    assert [link.area for link in found] == [D("33.34"), D("33.33"), D("33.33")]


def test_difference():
    assert difference([D("89.56"), D("60")], [D("150.00")]) == D("0.44")


@pytest.mark.parametrize(
    ("kind", "old", "new", "code"),
    [
        ("merge", [D(1)], [D(1)], "merge_count"),
        ("merge", [D(1), D(1)], [D(1), D(1)], "merge_count"),
        ("split", [D(1), D(1)], [D(1), D(1)], "split_count"),
        ("split", [D(1)], [D(1)], "split_count"),
        ("split", [D(1)], [D(1), D(0)], "no_area"),
        ("swap", [D(1)], [D(1)], "bad_kind"),
    ],
)
def test_refusals(kind, old, new, code):
    with pytest.raises(RuleError) as caught:
        links(kind, old, new)
    assert caught.value.code == code


cents = st.integers(1, 10**7).map(lambda value: D(value) / 100)


@given(cents, st.lists(cents, min_size=2, max_size=8))
def test_parts_and_areas_of_a_split_add_up(old, new):
    found = links("split", [old], new)
    assert sum(link.part for link in found) == 1
    assert sum(link.area for link in found) == old
    for link in found:
        assert abs(F(link.area) - link.part * F(old)) < F(1, 100)
