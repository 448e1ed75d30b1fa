# SPDX-License-Identifier: LGPL-3.0-or-later
import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_base.rules import personal as rule


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13800000001", "138****0001"),
        ("+86 138 0000 0001", "138****0001"),
        ("0086-13800000001", "138****0001"),
        ("１３８０００００００１", "138****0001"),
        ("020-8765 4321", "020****4321"),
        ("+44 20 7946 0958", "+44******0958"),
        ("1234567", "***4567"),
        ("12345", "*****"),
        ("", ""),
        (None, ""),
        (False, ""),
    ],
)
def test_phone_is_masked(number, masked):
    assert rule.mask_phone(number) == masked


@given(st.from_regex(r"1[3-9]\d{9}", fullmatch=True))
def test_mask_hides_the_middle_and_recognises_itself(number):
    masked = rule.mask_phone(number)
    assert number not in masked
    assert masked.count("*") == 4
    assert rule.is_masked(masked)
    assert rule.is_mask_of(masked, number)
    assert rule.is_mask_of(masked, "+86 " + number)


def test_mask_of_another_number_is_told_apart():
    assert not rule.is_mask_of("138****0001", "13800000002")
    assert not rule.is_mask_of("13800000001", "13800000001")


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("11010519491231002X", True),
        ("11010519491231002x", True),
        ("440524188001010014", True),
        ("110105194912310021", False),
        ("11010519491231002", False),
        ("", False),
        ("ABC", False),
    ],
)
def test_check_digit_of_the_identity_number(number, valid):
    assert rule.is_valid_resident_id(number) is valid


def test_identity_number_shows_its_tail_only():
    assert rule.mask_id_number("11010519491231002X") == "**************002X"
    assert rule.mask_id_number("E123") == "****"
    assert rule.id_tail("1101 0519 4912 3100 2x") == "002X"
    assert rule.id_tail("12") == ""
