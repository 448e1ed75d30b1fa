# SPDX-License-Identifier: LGPL-3.0-or-later
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_base.rules.errors import RuleError
from property_base.rules.transfer import Part, owners_after


def code(*args):
    with pytest.raises(RuleError) as caught:
        owners_after(*args)
    return caught.value.code


def test_whole_unit_changes_hands():
    after = owners_after([Part(1, F(1), True)], [1], [Part(2, F(1, 2), True), Part(3, F(1, 2))])
    assert after == [Part(2, F(1, 2), True), Part(3, F(1, 2))]


def test_first_owners_of_a_unit_without_owner():
    assert owners_after([], [], [Part(2, F(1))]) == [Part(2, F(1))]


def test_one_co_owner_sells():
    before = [Part(1, F(1, 3), True), Part(2, F(2, 3))]
    assert owners_after(before, [2], [Part(3, F(1, 3)), Part(4, F(1, 3))]) == [
        Part(1, F(1, 3), True),
        Part(3, F(1, 3)),
        Part(4, F(1, 3)),
    ]


def test_co_owner_buys_out_the_other():
    before = [Part(1, F(1, 2)), Part(2, F(1, 2), True)]
    assert owners_after(before, [2], [Part(1, F(1, 2))]) == [Part(1, F(1))]


def test_new_representative_takes_over():
    before = [Part(1, F(1, 2), True), Part(2, F(1, 2))]
    after = owners_after(before, [2], [Part(3, F(1, 2), True)])
    assert [part.representative for part in after] == [False, True]


def test_seller_may_keep_a_part():
    assert owners_after([Part(1, F(1))], [1], [Part(1, F(3, 4)), Part(2, F(1, 4))]) == [
        Part(1, F(3, 4)),
        Part(2, F(1, 4)),
    ]


def test_refusals():
    one = [Part(1, F(1))]
    assert code(one, [1], []) == "no_buyer"
    assert code(one, [], [Part(2, F(1))]) == "no_seller"
    assert code(one, [9], [Part(2, F(1))]) == "not_an_owner"
    assert code(one, [1], [Part(2, F(0))]) == "bad_share"
    assert code(one, [1], [Part(2, F(5, 6))]) == "share_mismatch"
    assert code([], [], [Part(2, F(5, 6))]) == "share_mismatch"
    assert code(one, [1], [Part(2, F(1, 2), True), Part(3, F(1, 2), True)]) == "two_representatives"
    assert code(one, [1], [Part(1, F(1))]) == "nothing_changes"


@given(
    st.lists(st.integers(1, 50), min_size=1, max_size=6),
    st.lists(st.integers(1, 50), min_size=1, max_size=6),
    st.data(),
)
def test_shares_always_add_up_to_one(old, new, data):
    before = [Part(index, F(weight, sum(old))) for index, weight in enumerate(old)]
    sellers = data.draw(st.sets(st.integers(0, len(old) - 1), min_size=1))
    sold = sum(before[index].share for index in sellers)
    buyers = [Part(data.draw(st.integers(0, 20)), sold * F(weight, sum(new))) for weight in new]
    try:
        after = owners_after(before, sellers, buyers)
    except RuleError as error:
        assert error.code == "nothing_changes"
        return
    assert sum(part.share for part in after) == 1
    assert len({part.person for part in after}) == len(after)
