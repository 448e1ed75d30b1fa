# SPDX-License-Identifier: LGPL-3.0-or-later
"""The estate under attack, the process that bills it, and what must hold afterwards."""

import contextlib
import os
import signal
import subprocess
import time

from e2e_site import Database

UNITS, ITEMS = 48, 4
ESTATE = f"""
from datetime import date
env = env(context=dict(env.context, tracking_disable=True))
community = env["property.community"].create(
    {{"name": "Fault", "code": "FLT", "company_id": env.company.id}}
)
building = env["property.building"].create(
    {{"name": "1", "code": "1", "community_id": community.id}}
)
for n in range({UNITS}):
    unit = env["property.unit"].create({{
        "building_id": building.id, "entrance": "1", "floor": n + 1, "number": str(n),
        "area_m2": 60 + n, "state": "delivered",
    }})
    owner = env["res.partner"].create({{"name": f"Owner {{n}}"}})
    unit._set_owners(date(2020, 1, 1), [(owner, 1, 1, True)])
account = env["account.account"].search(
    [("account_type", "=", "income"), ("company_ids", "in", env.company.ids)], limit=1
)
for n in range({ITEMS}):
    item = env["property.fee.item"].create({{
        "name": f"Fee {{n}}", "code": f"F{{n}}", "basis": "area",
        "income_account_id": account.id,
    }})
    env["property.fee.price"].create(
        {{"item_id": item.id, "community_id": community.id, "unit_price": n + 1}}
    )
    env["property.fee.assignment"].create(
        {{"item_id": item.id, "community_id": community.id}}
    )
env.cr.commit()
"""
# small steps, so that a blow can fall between any two of them and within any of them
STEPS = """
import sys
from datetime import date
from odoo.fields import Command
model = env.registry["property.fee.run"]
for name in ("_post_step", "_compute_step"):
    def short(self, limit=8, original=getattr(model, name)):
        return original(self, 8)
    setattr(model, name, short)
Run = env["property.fee.run"]
community = env["property.community"].search([("code", "=", "FLT")])
def make_run():
    return Run.create({
        "community_ids": [Command.set(community.ids)],
        "period_start": date(2026, 3, 1), "period_end": date(2026, 3, 31),
        "invoice_date": date(2026, 3, 1),
    })
def go():
    env.cr.commit()
    print("GO", flush=True)
"""
COMPUTE = (
    f"{STEPS}run = make_run(); run.action_compute_background(); go(); Run._cron_process_runs()"
)
POST = (
    f"{STEPS}run = make_run(); run.action_compute(); run.action_post_background(); go(); "
    "Run._cron_process_runs()"
)
RESUME = f"{STEPS}go(); Run._cron_process_runs()"
WHOLE = f"{STEPS}run = make_run(); go(); run.action_compute(); env.cr.commit(); run.action_post()"
FINISH = (
    f"{STEPS}go(); Run._cron_process_runs()\n"
    "for run in Run.search([('state', '!=', 'cancelled')], order='id'):\n"
    "    run.action_compute()\n"
    "    env.cr.commit()\n"
    "    run.action_post()\n"
    "    env.cr.commit()\n"
)


class Estate(Database):
    """A database with helpers to bill it, to hit the process, and to look at what is left."""

    def begin(self, script):
        """Start a script in Odoo's shell; return the process once the script says GO."""
        process = subprocess.Popen(
            self.command("shell", *self.options, "--no-http", "--log-level", "critical"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        process.stdin.write(f"{script}\nenv.cr.commit()\nprint('DONE', flush=True)\n")
        process.stdin.close()
        process.stdin = None
        for line in process.stdout:
            if line.strip() == "GO":
                return process
        raise AssertionError(process.stderr.read()[-3000:])

    @staticmethod
    def end(process):
        """Wait for a script; return whether it came to its end, and what it complained about."""
        output, errors = process.communicate(timeout=300)
        return "DONE" in output, errors

    def whole(self, script):
        """Run a script to its end; return how many seconds it took after GO."""
        process = self.begin(script)
        begin = time.monotonic()
        done, errors = self.end(process)
        assert done, errors[-3000:]
        return time.monotonic() - begin

    def hit(self, script, rows, seconds):
        """Kill a script with -9 some seconds after so many charges are posted (or computed).

        Counting rows and not only seconds makes the blow fall within the work on any machine.
        :return: whether it came in time
        """
        process = self.begin(script)
        limit = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < limit and self.progress() < rows:
            time.sleep(0.01)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        hit = process.poll() is None
        if hit:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return hit

    def progress(self):
        """Return how many charges there are, posted ones counted twice."""
        return self.number(
            "SELECT COUNT(*) + COUNT(*) FILTER (WHERE state = 'posted') FROM property_fee_charge"
        )

    def number(self, query):
        return int(self.sql(query) or 0)

    def assert_half_is_sound(self):
        """Whatever the moment: what is there is whole."""
        assert not self.number(
            "SELECT COUNT(*) FROM property_fee_charge c LEFT JOIN account_move m "
            "ON m.id = c.invoice_id WHERE c.state = 'posted' AND m.state IS DISTINCT FROM 'posted'"
        ), "a posted charge without a posted bill"
        assert not self.number(
            "SELECT COUNT(*) FROM account_move m WHERE m.property_fee_run_id IS NOT NULL AND "
            "NOT EXISTS (SELECT 1 FROM property_fee_charge c WHERE c.invoice_id = m.id)"
        ), "a bill without charges"
        assert not self.number(
            "SELECT COUNT(*) FROM account_move WHERE property_fee_run_id IS NOT NULL "
            "AND state = 'draft'"
        ), "a bill that was left as a draft"
        self.assert_no_double()

    def assert_no_double(self):
        assert not self.number(
            "SELECT COUNT(*) FROM property_fee_charge a JOIN property_fee_charge b "
            "ON a.id < b.id AND a.unit_id = b.unit_id AND a.item_id = b.item_id "
            "AND a.state != 'cancelled' AND b.state != 'cancelled' "
            "AND a.period_start <= b.period_end AND b.period_start <= a.period_end"
        ), "the same days are charged twice"
        assert not self.number(
            "SELECT COUNT(*) FROM (SELECT name, journal_id FROM account_move "
            "WHERE state = 'posted' GROUP BY 1, 2 HAVING COUNT(*) > 1) double"
        ), "two bills have one number"

    def assert_all_billed(self):
        """Every unit owes every item exactly once, in posted bills that add up."""
        self.assert_half_is_sound()
        live = "FROM property_fee_charge WHERE state = 'posted'"
        assert self.number(f"SELECT COUNT(*) {live}") == UNITS * ITEMS
        assert self.number(f"SELECT COUNT(DISTINCT (unit_id, item_id)) {live}") == UNITS * ITEMS
        bills = "FROM account_move WHERE property_fee_run_id IS NOT NULL AND state = 'posted'"
        assert self.number(f"SELECT COUNT(*) {bills}") == UNITS
        charged = self.sql(f"SELECT SUM(amount)::numeric(16,2) {live}")
        assert self.sql(f"SELECT SUM(amount_total)::numeric(16,2) {bills}") == charged
        wanted = sum((60 + n) * (price + 1) for n in range(UNITS) for price in range(ITEMS))
        assert float(charged) == wanted
        debit = self.sql(
            "SELECT SUM(l.debit)::numeric(16,2) FROM account_move_line l JOIN account_move m "
            "ON m.id = l.move_id WHERE m.property_fee_run_id IS NOT NULL"
        )
        assert debit == charged, "journal items and charges differ"
