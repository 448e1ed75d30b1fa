# SPDX-License-Identifier: LGPL-3.0-or-later
"""Kill billing at random moments, bill twice at once: nothing twice, nothing lost."""

import random

import pytest
from fault_estate import COMPUTE, FINISH, ITEMS, POST, RESUME, UNITS, WHOLE

SEEDS = (1, 2, 3)
CHARGES = UNITS * ITEMS


def test_undisturbed(estate):
    estate.whole(POST)
    estate.assert_all_billed()


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_while_posting(estate, seed):
    chance = random.Random(seed)
    script, hits = POST, 0
    for share in sorted(chance.random() * 0.8 for _blow in range(2)):
        hits += estate.hit(script, CHARGES + CHARGES * share, chance.random() * 0.3)
        estate.assert_half_is_sound()
        script = RESUME
    assert hits, "no blow fell within the work"
    estate.whole(FINISH)
    estate.assert_all_billed()
    estate.whole(WHOLE)  # another run for the same month finds nothing
    estate.assert_all_billed()


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_killed_while_computing(estate, seed):
    chance = random.Random(seed)
    assert estate.hit(COMPUTE, CHARGES * chance.random() * 0.6, chance.random() * 0.02)
    estate.assert_half_is_sound()
    estate.whole(FINISH)
    estate.assert_all_billed()


def test_two_runs_at_once(estate):
    first, second = estate.begin(WHOLE), estate.begin(WHOLE)
    ends = [estate.end(first), estate.end(second)]
    assert any(done for done, _errors in ends), ends
    for done, errors in ends:
        # who comes second may be told so, never be broken in another way
        assert done or "already" in errors or "concurrent" in errors or "could not" in errors, (
            errors
        )
    estate.assert_half_is_sound()
    estate.whole(FINISH)
    estate.assert_all_billed()


def test_one_run_posted_by_two_processes(estate):
    prepare = WHOLE.replace("; run.action_post()", "")
    estate.whole(prepare)
    again = RESUME.replace("Run._cron_process_runs()", "Run.search([], limit=1).action_post()")
    first, second = estate.begin(again), estate.begin(again)
    ends = [estate.end(first), estate.end(second)]
    assert any(done for done, _errors in ends), ends
    estate.assert_half_is_sound()
    estate.whole(FINISH)
    estate.assert_all_billed()
    assert (
        estate.number("SELECT COUNT(*) FROM account_move WHERE move_type = 'out_invoice'") == UNITS
    )
