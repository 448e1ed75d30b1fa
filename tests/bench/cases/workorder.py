# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F821
"""SIZE work orders, a tenth of them open: search, open, move, and the clock over the open ones."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tools import SQL

Order = env["property.workorder"]
community = env["property.community"].create(
    {"name": "Bench orders", "code": "BWO", "company_id": env.company.id}
)
building = env["property.building"].create(
    {"name": "1", "code": "1", "community_id": community.id, "floor_count": 30}
)
unit = env["property.unit"].create(
    {"building_id": building.id, "entrance": "1", "floor": 1, "number": "101", "area_m2": 80}
)
model = Order.with_context(property_workorder_quiet=True).create(
    {"community_id": community.id, "unit_id": unit.id, "subject": "Tap drips", "description": "x"}
)
model.action_accept()
env.flush_all()
columns = [
    name
    for (name,) in env.execute_query(
        SQL(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'property_workorder'::regclass "
            "AND attnum > 0 AND NOT attisdropped AND attname NOT IN "
            "('id', 'name', 'state', 'registered_at', 'subject')"
        )
    )
]
names = SQL(", ").join(SQL.identifier(name) for name in columns)
watch = Watch()
env.cr.execute(
    SQL(
        """
        INSERT INTO property_workorder (name, state, registered_at, subject, %s)
        SELECT 'BWO-' || n,
               CASE WHEN n %% 10 = 0 THEN 'accepted' ELSE 'closed' END,
               now() AT TIME ZONE 'UTC' - n * interval '3 minutes',
               'Tap drips in unit ' || n, %s
          FROM property_workorder, generate_series(1, %s) n
         WHERE id = %s
        """,
        names,
        names,
        SIZE,
        model.id,
    )
)
env.cr.execute(
    "UPDATE property_workorder SET next_check_at = NULL WHERE state = 'closed' AND next_check_at "
    "IS NOT NULL"
)
env.cr.commit()
env.cr.execute("ANALYZE property_workorder")
env.cr.commit()
seconds = watch.seconds
# a dispatcher, so that the record rules are measured too
dispatcher = (
    env["res.users"]
    .with_context(no_reset_password=True)
    .create(
        {
            "name": "Dispatcher",
            "login": "bench_dispatcher",
            "group_ids": [Command.link(env.ref("property_workorder.group_dispatcher").id)],
            "property_community_ids": [Command.set(community.ids)],
        }
    )
)
env.cr.commit()
staff = Order.with_user(dispatcher).with_context(lang="en_US")
open_domain = [("is_open", "=", True)]
FIELDS = ["name", "subject", "kind", "unit_id", "partner_id", "technician_id", "registered_at"]


def clocked(act, times=9):
    """Return the median milliseconds of an act, with cold caches."""
    laps = []
    for _turn in range(times):
        env.invalidate_all()
        one = Watch()
        act()
        laps.append(one.seconds * 1000)
    return quantile(laps, 0.5)


def page():
    orders = staff.search(open_domain, limit=80)
    orders.read(FIELDS)
    staff.search_count(open_domain, limit=10001)


def found():
    staff.search([("name", "ilike", f"BWO-{SIZE // 2}")], limit=80)


def board():
    staff.get_board(community.id)


def columns_of_the_kanban():
    staff.formatted_read_group(open_domain, ["state"], ["__count"])


def form():
    view = staff.get_view(view_type="form")
    names = [name for name in view["models"]["property.workorder"] if name in staff._fields]
    staff.browse(model.id).read(names)


some = staff.search(open_domain, limit=40)
moves = iter(some)


def move():
    order = next(moves)
    order.action_start()
    env.flush_all()


figures = {
    "list_ms": clocked(page),
    "search_ms": clocked(found),
    "kanban_ms": clocked(columns_of_the_kanban),
    "board_ms": clocked(board),
    "form_ms": clocked(form),
    "move_ms": clocked(move, 20),
}
env.cr.commit()

# every open order is late at once: the worst night
env.invalidate_all()
past = fields.Datetime.now() - timedelta(minutes=1)
due = f'[["{fields.Datetime.to_string(past)}", "deadline", "resolve", 0]]'
env.cr.execute(
    "UPDATE property_workorder SET sla_events = %s, next_check_at = %s, resolve_deadline_at = %s "
    "WHERE state = 'accepted' AND community_id = %s",
    [due, past, past, community.id],
)
late = env.cr.rowcount
env.cr.commit()
env.invalidate_all()
watch = Watch()
Order._cron_check_deadlines()
env.cr.commit()
cron = watch.seconds
assert not Order.search_count([("next_check_at", "<=", fields.Datetime.now())])
assert Order.search_count([("sla_state", "=", "late"), *open_domain]) >= late
watch = Watch()
Order._cron_check_deadlines()
report(
    "workorder",
    rows=SIZE,
    seconds=seconds,
    late=late,
    cron_seconds=cron,
    idle_cron_ms=watch.seconds * 1000,
    **figures,
)
