# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F821
"""Reports over 24 months of SIZE units: the month that was billed is copied, four in five are paid.

The copies are written by SQL, as no report asks how a bill came about. The reports are read twice:
from the rows that are kept, and right after a month of payments has changed SIZE bills.
"""

from datetime import date

from odoo.tools import SQL

MONTHS = 23
community = env["property.community"].search([("code", "=", f"B{SIZE}")])
ledger = env["property.fee.ledger"]
cr = env.cr


def columns(table, *others):
    cr.execute(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_name = %s AND is_generated = 'NEVER'",
        [table],
    )
    return [name for (name,) in cr.fetchall() if name not in others]


def copy(table, values, source):
    """Copy rows with some columns replaced; `source` gives row s and whatever the values name."""
    names = columns(table, *values)
    cr.execute(
        f"INSERT INTO {table} ({', '.join([*values, *names])}) "
        f"SELECT {', '.join([*values.values(), *(f's.{name}' for name in names)])} FROM {source}"
    )


env.flush_all()
bank = env["account.journal"].create(
    {"name": "Bench bank", "code": "BLED", "type": "bank", "company_id": env.company.id}
)
bill = env["account.move"].search([("property_community_id", "=", community.id)], limit=1)
payment = env["account.payment"].with_context(force_payment_move=True)
payment = payment.create(
    {
        "payment_type": "inbound",
        "partner_type": "customer",
        "partner_id": bill.partner_id.id,
        "amount": bill.amount_total,
        "date": bill.date,
        "journal_id": bank.id,
    }
)
payment.action_post()
env.flush_all()
receivable = payment.move_id.line_ids.filtered(lambda one: one.account_type == "asset_receivable")
cr.execute("CREATE TEMP TABLE copied (old int, new int, day date, paid int)")
cr.execute(
    "INSERT INTO copied SELECT id, nextval('account_move_id_seq'), "
    "(date + (months || ' month')::interval)::date, "
    "CASE WHEN id %% 5 > 0 THEN nextval('account_move_id_seq') END "
    "FROM account_move, generate_series(1, %s) months "
    "WHERE property_community_id = %s AND state = 'posted' AND move_type = 'out_invoice'",
    [MONTHS, community.id],
)
moved = {"id": "new", "name": "'L' || new", "date": "day", "invoice_date": "day"}
moved |= {"invoice_date_due": "day + 15", "sequence_number": "new", "sequence_prefix": "'L'"}
copy("account_move", moved, "copied JOIN account_move s ON s.id = old")
paid = {**moved, "id": "paid", "name": "'LP' || paid", "sequence_number": "paid"}
copy("account_move", paid, f"copied, account_move s WHERE s.id = {payment.move_id.id} AND paid > 0")
line = {"id": "nextval('account_move_line_id_seq')", "move_id": "new", "date": "day"}
copy("account_move_line", line, "copied JOIN account_move_line s ON s.move_id = old")
copy(
    "account_move_line",
    {**line, "move_id": "paid"},
    f"copied, account_move_line s WHERE s.id = {receivable.id} AND paid > 0",
)
cr.execute("ANALYZE account_move; ANALYZE account_move_line")
cr.execute(
    "INSERT INTO account_partial_reconcile (debit_move_id, credit_move_id, amount, company_id, "
    "debit_amount_currency, credit_amount_currency, debit_currency_id, credit_currency_id, "
    "max_date) "
    "SELECT own.id, other.id, own.balance, own.company_id, own.balance, own.balance, "
    "own.currency_id, own.currency_id, day FROM copied "
    "JOIN account_move_line own ON own.move_id = new AND own.display_type = 'payment_term' "
    "JOIN account_move_line other ON other.move_id = paid"
)
cr.execute(
    "UPDATE account_move SET amount_residual = 0, amount_residual_signed = 0 "
    "WHERE id IN (SELECT new FROM copied WHERE paid > 0)"
)
cr.execute("SELECT COUNT(*), COUNT(paid) FROM copied")
[(bills, payments)] = cr.fetchall()
cr.commit()
keeping = Watch()
while ledger._keep():
    cr.commit()
keep_seconds = keeping.seconds
cr.commit()
cr.execute("ANALYZE property_fee_ledger_kept; ANALYZE property_fee_ledger_stale")

domain = [
    ("community_id", "=", community.id),
    ("date", ">=", date(2027, 1, 1)),
    ("date", "<=", date(2027, 12, 31)),
]
measures = [f"amount_{name}:sum" for name in ("gross", "billed", "collected", "owed")]


def read():
    watch = Watch()
    found = []
    for group in ("building_id", "item_id", "period_start:month"):
        found.append(ledger._read_group(domain, [group], [*measures, "collection_rate:sum"]))
        watch.lap()
    return found, watch.laps


kept, laps = read()
cr.execute(
    "UPDATE account_move SET invoice_date_due = invoice_date_due + 1 "
    "WHERE id IN (SELECT new FROM copied WHERE day = (SELECT MAX(day) FROM copied))"
)
changed, noted_laps = read()
assert kept == changed
cr.rollback()
[(last,)] = env.execute_query(SQL("SELECT MAX(move_id) FROM property_fee_ledger_kept"))
assert not ledger._find_differences(last - 999, last)
report(
    "ledger",
    rows=bills,
    payments=payments,
    keep_seconds=keep_seconds,
    report_seconds=max(laps),
    noted_seconds=max(noted_laps),
)
