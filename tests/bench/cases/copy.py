# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F821
"""The limit: the rows that billing wrote, written once more by COPY into tables of one shape.

The copies have the columns, defaults, checks and indexes of the originals, but no foreign keys.
"""

import io

TABLES = {
    "account_move": "property_fee_run_id = {run}",
    "account_move_line": "move_id IN (SELECT id FROM account_move "
    "WHERE property_fee_run_id = {run})",
    "account_analytic_line": "move_line_id IN (SELECT l.id FROM account_move_line l "
    "JOIN account_move m ON m.id = l.move_id WHERE m.property_fee_run_id = {run})",
    "property_fee_charge": "run_id = {run}",
}
community = env["property.community"].search([("code", "=", f"B{SIZE}")])
run = env["property.fee.run"].search([("community_ids", "in", community.ids)], limit=1)
cr = env.cr
buffers, rows = {}, {}
for table, condition in TABLES.items():
    buffers[table] = io.StringIO()
    query = f"COPY (SELECT * FROM {table} WHERE {condition.format(run=run.id)}) TO STDOUT"
    cr._obj.copy_expert(query, buffers[table])
    buffers[table].seek(0)
    cr.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
cr.commit()
watch = Watch()
for table, buffer in buffers.items():
    cr._obj.copy_expert(f"COPY bench_{table} FROM STDIN", buffer)
    rows[table] = cr._obj.rowcount
cr.commit()
seconds = watch.seconds
for table in TABLES:
    cr.execute(f"DROP TABLE bench_{table}")
cr.commit()
assert rows["account_move"] == SIZE, rows
report("copy", rows=SIZE, written=rows, seconds=seconds, per_second=SIZE / seconds)
