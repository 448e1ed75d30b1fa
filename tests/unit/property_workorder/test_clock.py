# SPDX-License-Identifier: LGPL-3.0-or-later
"""Deadlines: worked examples of docs/rules/sla.md and what holds for every clock."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from property_workorder.rules.clock import (
    Calendar,
    Run,
    Schedule,
    Target,
    deadline,
    result,
    risk_moment,
    spent_minutes,
)
from property_workorder.rules.errors import RuleError

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = ((480, 720), (780, 1020))  # 08:00-12:00, 13:00-17:00
WEEK = (OFFICE,) * 5 + ((), ())
# National Day 2026 as published: off 1 to 7 October, worked on Sunday 20 September and
# Saturday 10 October
GOLDEN = Calendar(
    SHANGHAI,
    WEEK,
    holidays=frozenset(date(2026, 10, day) for day in range(1, 8)),
    makeup=frozenset({date(2026, 9, 20), date(2026, 10, 10)}),
)
PLAIN = Calendar(SHANGHAI, WEEK)
ALWAYS = Calendar(SHANGHAI, round_clock=True)


def at(text, zone=SHANGHAI):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


EXAMPLES = [
    # unit, value, start, calendar, pauses, deadline
    ("minute", 15, "2026-09-30 23:50", PLAIN, (), "2026-10-01 00:05"),
    ("hour", 8, "2026-09-30 16:30", PLAIN, (), "2026-10-01 00:30"),
    ("working_hour", 8, "2026-09-30 16:00", GOLDEN, (), "2026-10-08 16:00"),
    ("working_hour", 4, "2026-09-18 16:00", GOLDEN, (), "2026-09-20 11:00"),
    ("working_hour", 1, "2026-09-18 11:30", PLAIN, (), "2026-09-18 13:30"),
    ("working_day", 2, "2026-09-29 09:00", GOLDEN, (), "2026-10-08 17:00"),
    ("working_day", 3, "2026-09-30 09:00", GOLDEN, (), "2026-10-10 17:00"),
    ("working_day", 5, "2026-09-21 07:00", PLAIN, (), "2026-09-28 17:00"),
    ("working_day", 0, "2026-09-21 07:00", PLAIN, (), "2026-09-21 17:00"),
    ("working_day", 0, "2026-09-25 18:00", PLAIN, (), "2026-09-28 17:00"),
    ("day", 2, "2026-09-30 10:00", PLAIN, (), "2026-10-03 00:00"),
    ("day", 0, "2026-09-30 10:00", PLAIN, (), "2026-10-01 00:00"),
    ("hour", 2, "2026-09-30 10:00", PLAIN, (("2026-09-30 11:00", "2026-10-02 11:00"),),
     "2026-10-02 12:00"),
    # a pause from Friday noon to Monday 10:00 costs four working hours on Friday, two on Monday
    ("working_hour", 8, "2026-09-18 09:00", PLAIN, (("2026-09-18 12:00", "2026-09-21 10:00"),),
     "2026-09-21 16:00"),
    # the clock stands still at the close of Monday: Tuesday counts instead
    ("working_day", 1, "2026-09-18 09:00", PLAIN, (("2026-09-21 15:00", "2026-09-22 10:00"),),
     "2026-09-22 17:00"),
]  # fmt: skip


@pytest.mark.parametrize(("unit", "value", "start", "calendar", "pauses", "end"), EXAMPLES)
def test_worked_examples(unit, value, start, calendar, pauses, end):
    run = Run(at(start), tuple((at(low), at(high)) for low, high in pauses))
    assert deadline(Target(value, unit), run, Schedule.of(calendar)) == at(end)


def test_a_calendar_changed_in_flight_counts_what_was_served_before():
    # four hours on Monday by the old hours, then the desk opens at 13:00 only
    late = Calendar(SHANGHAI, (((780, 1020),),) * 5 + ((), ()))
    old = datetime.min.replace(tzinfo=timezone.utc)
    schedule = Schedule(((old, PLAIN), (at("2026-09-21 12:00"), late)))
    run = Run(at("2026-09-21 08:00"))
    assert deadline(Target(10, "working_hour"), run, schedule) == at("2026-09-22 15:00")
    assert spent_minutes(run, schedule, at("2026-09-21 12:30")) == 240


def test_an_open_pause_has_no_deadline():
    run = Run(at("2026-09-21 08:00"), ((at("2026-09-21 09:00"), None),))
    for unit in ("minute", "hour", "working_hour", "day", "working_day"):
        target = Target(90 if unit == "minute" else 2, unit)
        assert deadline(target, run, Schedule.of(PLAIN)) is None
        assert risk_moment(target, run, Schedule.of(PLAIN), 80) is None
    # what was due before the pause stays due
    assert deadline(Target(30, "minute"), run, Schedule.of(PLAIN)) == at("2026-09-21 08:30")


@pytest.mark.parametrize(
    ("target", "calendar", "code"),
    [
        ((2, "working_hour"), Calendar(SHANGHAI), "no_calendar"),
        ((2, "working_day"), Calendar(SHANGHAI), "no_calendar"),
        ((9000, "working_day"), PLAIN, "beyond_horizon"),
        ((90000, "working_hour"), PLAIN, "beyond_horizon"),
    ],
)
def test_what_cannot_be_promised_is_refused(target, calendar, code):
    with pytest.raises(RuleError) as caught:
        deadline(Target(*target), Run(at("2026-09-21 08:00")), Schedule.of(calendar))
    assert caught.value.code == code


@pytest.mark.parametrize(("value", "unit"), [(0, "minute"), (-1, "day"), (1, "fortnight")])
def test_what_is_no_promise_is_refused(value, unit):
    with pytest.raises(RuleError):
        Target(value, unit)


def test_the_night_without_an_hour_and_the_night_with_two():
    night = Calendar(BERLIN, (((0, 360),),) * 7)
    spring, autumn = at("2026-03-29 00:00", BERLIN), at("2026-10-25 00:00", BERLIN)
    assert spent_minutes(Run(spring), Schedule.of(night), spring + timedelta(hours=12)) == 300
    assert spent_minutes(Run(autumn), Schedule.of(night), autumn + timedelta(hours=12)) == 420


def test_results():
    due, before, after = at("2026-09-21 12:00"), at("2026-09-21 11:00"), at("2026-09-21 13:00")
    assert result(due, None, before) == "pending"
    assert result(due, None, after) == "failed"
    assert result(due, before, after) == "met"
    assert result(due, due, after) == "met"
    assert result(due, after, after) == "failed"
    assert result(None, None, after) == "pending"


# --- what holds for every clock --------------------------------------------------------------

MOMENTS = st.datetimes(datetime(2026, 9, 1), datetime(2026, 10, 20)).map(
    lambda moment: moment.replace(microsecond=0, second=0, tzinfo=timezone.utc)
)
CALENDARS = st.sampled_from([PLAIN, GOLDEN, ALWAYS, Calendar(BERLIN, (OFFICE,) * 7)])
TARGETS = st.one_of(
    st.builds(Target, st.integers(1, 3000), st.just("minute")),
    st.builds(Target, st.integers(1, 60), st.sampled_from(["hour", "working_hour"])),
    st.builds(Target, st.integers(0, 15), st.sampled_from(["day", "working_day"])),
)
PAUSES = st.lists(st.tuples(MOMENTS, st.integers(1, 6000)), max_size=3).map(
    lambda pairs: tuple((start, start + timedelta(minutes=length)) for start, length in pairs)
)


@given(target=TARGETS, start=MOMENTS, calendar=CALENDARS, pauses=PAUSES)
@settings(max_examples=120, deadline=None)
def test_a_deadline_comes_after_the_start_and_pauses_only_move_it_on(
    target, start, calendar, pauses
):
    schedule = Schedule.of(calendar)
    plain = deadline(target, Run(start), schedule)
    assert plain > start
    assert deadline(target, Run(start, pauses), schedule) >= plain


@given(start=MOMENTS, calendar=CALENDARS, pauses=PAUSES, length=st.integers(0, 9000))
@settings(max_examples=120, deadline=None)
def test_time_adds_up_and_a_pause_adds_nothing(start, calendar, pauses, length):
    schedule = Schedule.of(calendar)
    middle, end = start + timedelta(minutes=length), start + timedelta(minutes=2 * length)
    first = spent_minutes(Run(start, pauses), schedule, middle)
    second = spent_minutes(Run(middle, pauses), schedule, end)
    assert first + second == spent_minutes(Run(start, pauses), schedule, end)
    everything = ((start - timedelta(days=1), end + timedelta(days=1)),)
    assert spent_minutes(Run(start, everything), schedule, end) == 0


@given(target=TARGETS, start=MOMENTS, calendar=CALENDARS, pauses=PAUSES)
@settings(max_examples=80, deadline=None)
def test_minutes_spent_at_the_deadline_are_the_promise(target, start, calendar, pauses):
    if target.unit not in {"minute", "hour", "working_hour"}:
        return
    schedule = Schedule.of(calendar)
    run = Run(start, pauses)
    counted = schedule if target.unit == "working_hour" else None
    wanted = target.value * (1 if target.unit == "minute" else 60)
    assert spent_minutes(run, counted, deadline(target, run, schedule)) == wanted


@given(target=TARGETS, start=MOMENTS, calendar=CALENDARS, pauses=PAUSES, low=st.integers(1, 99))
@settings(max_examples=80, deadline=None)
def test_risk_comes_before_the_deadline_and_grows_with_the_share(
    target, start, calendar, pauses, low
):
    schedule, run = Schedule.of(calendar), Run(start, pauses)
    early = risk_moment(target, run, schedule, low)
    late = risk_moment(target, run, schedule, low + 1)
    assert start <= early <= late <= deadline(target, run, schedule)


@given(target=TARGETS, start=MOMENTS, change=MOMENTS)
@settings(max_examples=60, deadline=None)
def test_a_calendar_replaced_by_itself_changes_nothing(target, start, change):
    old = datetime.min.replace(tzinfo=timezone.utc)
    twice = Schedule(((old, GOLDEN), (change, GOLDEN)))
    assert deadline(target, Run(start), twice) == deadline(target, Run(start), Schedule.of(GOLDEN))


@given(start=MOMENTS, target=TARGETS)
@settings(max_examples=60, deadline=None)
def test_the_zone_of_the_clock_in_the_hand_does_not_matter(start, target):
    schedule = Schedule.of(GOLDEN)
    there = start.astimezone(ZoneInfo("America/New_York"))
    assert deadline(target, Run(there), schedule) == deadline(target, Run(start), schedule)
