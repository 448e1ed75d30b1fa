# SPDX-License-Identifier: LGPL-3.0-or-later
"""References for transfers: made, found in remarks as people type them, typing errors refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_fees.rules.errors import RuleError
from property_fees.rules.payment_reference import find_references, is_valid, make_reference

NUMBERS = st.integers(1, 10**8 - 1)


@given(NUMBERS)
def test_a_reference_is_found_as_made(number):
    reference = make_reference(number)
    assert len(reference) == 12
    assert is_valid(reference)
    assert find_references(f"物业费 3-1-1203 {reference}，谢谢") == (reference,)


@given(NUMBERS)
def test_typed_small_in_full_width_and_in_groups(number):
    reference = make_reference(number)
    wide = "".join(chr(ord(char) + 0xFEE0) for char in reference)
    grouped = f"wy {reference[2:6]} {reference[6:10]}-{reference[10:]}"
    for text in (reference.lower(), wide, grouped):
        assert find_references(text) == (reference,)


@given(NUMBERS, st.integers(2, 11), st.integers(1, 9))
def test_one_wrong_digit_finds_nobody(number, place, shift):
    reference = make_reference(number)
    digit = (int(reference[place]) + shift) % 10
    assert find_references(reference[:place] + str(digit) + reference[place + 1 :]) == ()


@given(NUMBERS, st.integers(2, 10))
def test_two_digits_changed_over_find_nobody(number, place):
    reference = make_reference(number)
    one, other = reference[place : place + 2]
    changed = reference[:place] + other + one + reference[place + 2 :]
    assert find_references(changed) == (() if one != other else (reference,))


@given(st.lists(NUMBERS, min_size=1, max_size=4, unique=True))
def test_several_in_order_each_once(numbers):
    references = [make_reference(number) for number in numbers]
    assert find_references(" ".join(references * 2)) == tuple(references)


@given(st.text())
def test_any_text_is_read(text):
    assert all(is_valid(one) for one in find_references(text))


def test_longer_numbers_are_not_references():
    reference = make_reference(1234)
    assert find_references(reference + "1") == ()
    assert find_references("") == ()


@pytest.mark.parametrize("number", [0, -1, 10**8])
def test_out_of_range(number):
    with pytest.raises(RuleError, match="number_out_of_range"):
        make_reference(number)
