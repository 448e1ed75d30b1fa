# SPDX-License-Identifier: LGPL-3.0-or-later
"""Holidays, dispatch, samples, plans and promises."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_workorder.rules import dispatch, holiday, plan, promise, sample
from property_workorder.rules.errors import RuleError

TODAY = date(2026, 9, 21)


# --- holidays --------------------------------------------------------------------------------


def test_a_file_of_holidays_is_read():
    text = "日期,类型,名称\n2026-10-01,休,国庆节\n2026年10月10日,班,国庆节\n2026/9/20,makeup,\n"
    days = holiday.read_csv(text.encode("gb18030"))
    assert [(day.day.isoformat(), day.kind) for day in days] == [
        ("2026-09-20", "makeup"),
        ("2026-10-01", "holiday"),
        ("2026-10-10", "makeup"),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"date,kind\n", "empty"),
        (b"2026-10-01,off\n2026-13-01,off\n", "bad_date"),
        (b"2026-10-01,off\nsoon,off\n", "bad_date"),
        (b"2026-10-01,perhaps\n", "bad_kind"),
        (b"\xff\xff\xff", "bad_encoding"),
    ],
)
def test_a_bad_file_is_refused_with_the_line(data, code):
    with pytest.raises(RuleError) as caught:
        holiday.read_csv(data)
    assert caught.value.code == code


def test_a_year_that_is_not_published_is_refused():
    with pytest.raises(RuleError):
        holiday.from_package({date(2025, 1, 1): "x"}, {}, 2026)


# --- dispatch --------------------------------------------------------------------------------

CANDIDATES = st.lists(
    st.builds(
        dispatch.Candidate,
        key=st.integers(1, 50),
        on_duty=st.booleans(),
        in_zone=st.booleans(),
        missing_skills=st.sampled_from([(), ("pipes",)]),
        missing_certificates=st.sampled_from([(), ("electrician",)]),
        open_load=st.integers(0, 9),
        max_load=st.integers(0, 5),
        last_given=st.integers(0, 99),
    ),
    unique_by=lambda one: one.key,
    max_size=8,
)


@given(candidates=CANDIDATES, urgent=st.booleans())
def test_nobody_gets_a_job_that_he_cannot_take(candidates, urgent):
    choice = dispatch.choose(tuple(candidates), urgent)
    by_key = {one.key: one for one in candidates}
    if choice.key is None:
        assert all(dispatch.refusal(one, urgent) for one in candidates)
    else:
        best = by_key[choice.key]
        assert dispatch.refusal(best, urgent) is None
        assert best.on_duty
        assert not best.missing_certificates
        for one in candidates:
            if dispatch.refusal(one, urgent) is None and one.in_zone == best.in_zone:
                assert best.open_load <= one.open_load
    taken = 0 if choice.key is None else 1
    assert len(choice.refused) + taken <= len(candidates)


@given(candidates=CANDIDATES)
def test_the_order_of_the_list_does_not_matter(candidates):
    forward = dispatch.choose(tuple(candidates))
    assert forward.key == dispatch.choose(tuple(reversed(candidates))).key


def test_equal_technicians_take_turns():
    first = dispatch.Candidate(1, open_load=2, last_given=9)
    second = dispatch.Candidate(2, open_load=2, last_given=4)
    choice = dispatch.choose((first, second))
    assert choice.key == 2
    assert ("turn", "2") in choice.reasons


def test_an_emergency_exceeds_load_and_zone_but_not_the_certificate():
    full = dispatch.Candidate(1, in_zone=False, open_load=5, max_load=5)
    assert dispatch.choose((full,)).key is None
    assert dispatch.choose((full,), urgent=True).key == 1
    expired = dispatch.Candidate(2, missing_certificates=("electrician",))
    assert dispatch.choose((expired,), urgent=True).key is None


# --- samples ---------------------------------------------------------------------------------

NUMBERS = st.sets(st.integers(1, 10**6), max_size=60)


@given(ordinary=NUMBERS, always=NUMBERS, percent=st.integers(0, 100), seed=st.text(max_size=9))
def test_a_sample_has_the_share_and_all_the_serious_ones(ordinary, always, percent, seed):
    drawn = sample.draw(seed, ordinary, always, percent)
    assert set(always) <= set(drawn) <= set(ordinary) | set(always)
    lot = ordinary - always
    assert len(set(drawn) - always) == -(-len(lot) * percent // 100)
    assert drawn == sample.draw(seed, reversed(sorted(ordinary)), always, percent)


def test_another_word_draws_another_lot():
    pool = range(1, 400)
    assert sample.draw("TG 2026-08", pool, (), 50) != sample.draw("TG 2026-09", pool, (), 50)


def test_a_share_beyond_all_is_refused():
    with pytest.raises(RuleError):
        sample.draw("x", (1,), (), 101)


# --- plans -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "every", "unit", "number", "day"),
    [
        (date(2026, 1, 31), 1, "month", 1, date(2026, 2, 28)),
        (date(2026, 1, 31), 1, "month", 2, date(2026, 3, 31)),
        (date(2024, 2, 29), 1, "year", 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 1, "year", 4, date(2028, 2, 29)),
        (TODAY, 2, "week", 3, TODAY + timedelta(days=42)),
    ],
)
def test_days_do_not_creep(start, every, unit, number, day):
    assert plan.due_on(start, every, unit, number) == day


@given(every=st.integers(1, 12), unit=st.sampled_from(plan.UNITS), days=st.integers(0, 900))
def test_due_days_are_in_order_and_in_the_window(every, unit, days):
    until = TODAY + timedelta(days=days)
    found = plan.due_dates(TODAY, every, unit, TODAY, until)
    assert found == sorted(set(found))
    assert all(TODAY < day <= until for day in found)


def test_a_counter_forecasts_its_job():
    readings = (
        plan.Reading(TODAY, Decimal(100)),
        plan.Reading(TODAY + timedelta(days=10), Decimal(200)),
    )
    due = plan.counter_due(readings, Decimal(0), Decimal(500))
    assert due == TODAY + timedelta(days=40)
    assert plan.counter_due(readings, Decimal(0), Decimal(150)) == TODAY + timedelta(days=10)
    assert plan.counter_due(readings[:1], Decimal(0), Decimal(500)) is None
    with pytest.raises(RuleError):
        plan.counter_due(readings, Decimal(0), Decimal(0))


def test_an_interval_of_nothing_is_refused():
    with pytest.raises(RuleError):
        plan.due_on(TODAY, 0, "month", 1)


# --- promises --------------------------------------------------------------------------------

WINDOW = promise.Window()


@pytest.mark.parametrize(("days", "answer"), [(0, "usual"), (2, "usual"), (3, "long"), (7, "long")])
def test_a_promise_in_the_window(days, answer):
    promised = TODAY + timedelta(days=days)
    assert promise.check(WINDOW, TODAY, promised, is_supervisor=False, reason="") == answer


@pytest.mark.parametrize(
    ("days", "is_supervisor", "reason", "code"),
    [
        (8, False, "Part on order", "beyond_maximum"),
        (8, True, " ", "beyond_maximum"),
        (-1, True, "x", "past"),
    ],
)
def test_a_promise_out_of_the_window(days, is_supervisor, reason, code):
    promised = TODAY + timedelta(days=days)
    with pytest.raises(RuleError) as caught:
        promise.check(WINDOW, TODAY, promised, is_supervisor=is_supervisor, reason=reason)
    assert caught.value.code == code


def test_a_supervisor_with_a_reason_may_go_beyond():
    promised = TODAY + timedelta(days=30)
    assert promise.check(WINDOW, TODAY, promised, is_supervisor=True, reason="Lift part")


def test_a_promise_moves_once():
    later = TODAY + timedelta(days=1)
    assert promise.postpone(WINDOW, 0, TODAY, later) == 1
    for moved, new in ((1, later), (0, TODAY)):
        with pytest.raises(RuleError):
            promise.postpone(WINDOW, moved, TODAY, new)
