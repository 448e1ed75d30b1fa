# SPDX-License-Identifier: LGPL-3.0-or-later
import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_base.rules.binding import Match, Person, clean_code, match

ASKER = Person(0, "王 芳", "+86 138 0000 0001", "002x")


def person(key=1, name="王芳", phone="13800000001", tail="002X"):
    return Person(key, name, phone, tail)


@pytest.mark.parametrize(
    ("known", "score", "exact"),
    [
        (person(), 100, True),
        (person(name=""), 85, True),
        (person(name="王方"), 85, False),
        (person(phone=""), 50, False),
        (person(phone="13900000001"), 50, False),
        (person(tail=""), 65, False),
        (person(tail="1234"), 65, False),
        (person(phone="", tail=""), 15, False),
        (person(name="李雷", phone="13900000001", tail="9999"), 0, False),
    ],
)
def test_score(known, score, exact):
    found = match(ASKER, [known])
    assert found.score == score
    assert found.is_exact is exact
    assert (found.key is None) is (score == 0)


def test_nobody_matches_an_empty_register():
    assert match(ASKER, []) == Match(None, 0, (), ())


def test_nothing_stated_matches_nobody():
    assert match(Person(0, "", "", ""), [person(name="", phone="", tail="")]).key is None


def test_ties_go_to_the_lowest_key():
    assert match(ASKER, [person(7), person(3), person(5)]).key == 3


people = st.builds(
    Person,
    key=st.integers(1, 50),
    name=st.sampled_from(["", "王芳", "李雷"]),
    phone=st.sampled_from(["", "13800000001", "13900000002"]),
    id_tail=st.sampled_from(["", "002X", "1234"]),
)


@given(people, st.lists(people, max_size=6))
def test_order_is_irrelevant_and_score_is_bounded(asker, register):
    found = match(asker, register)
    assert 0 <= found.score <= 100
    assert (
        found == match(asker, register[::-1]) or found.score == match(asker, register[::-1]).score
    )
    assert not (set(found.equal) & set(found.different))


@pytest.mark.parametrize(
    ("text", "code"),
    [(" 1 ", "1"), ("１单元", "1"), ("1203室", "1203"), ("A座", "A座"), ("室", "室"), (None, "")],
)
def test_codes_are_read_as_people_write_them(text, code):
    assert clean_code(text) == code
