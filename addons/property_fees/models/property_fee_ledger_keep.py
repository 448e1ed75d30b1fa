# SPDX-License-Identifier: LGPL-3.0-or-later
import hashlib
import logging

from odoo import api, models
from odoo.tools import SQL

from .property_fee_ledger import COLUMNS

_logger = logging.getLogger(__name__)
BATCH = 5000
LOCK = 55_001  # advisory lock of whoever keeps rows
FUNCTION = "property_fee_ledger_note"

TABLES = """
DROP TABLE IF EXISTS property_fee_ledger_kept;
DROP TABLE IF EXISTS property_fee_ledger_stale;
CREATE TABLE property_fee_ledger_kept (
    move_id int NOT NULL, line_id int NOT NULL, partial_id int, side int NOT NULL,
    entry_id int, received_date date, date date, bill_date date, due_date date,
    community_id int NOT NULL, company_id int NOT NULL, unit_id int, partner_id int,
    kind varchar NOT NULL, amount numeric NOT NULL, item_id int, period_start date,
    amount_off numeric NOT NULL
);
CREATE INDEX property_fee_ledger_kept_move_idx ON property_fee_ledger_kept (move_id);
CREATE INDEX property_fee_ledger_kept_unit_idx ON property_fee_ledger_kept (unit_id);
CREATE INDEX property_fee_ledger_kept_period_idx
    ON property_fee_ledger_kept (community_id, period_start);
CREATE TABLE property_fee_ledger_stale (move_id int NOT NULL);
CREATE INDEX property_fee_ledger_stale_move_idx ON property_fee_ledger_stale (move_id);
INSERT INTO property_fee_ledger_stale
SELECT id FROM account_move
 WHERE property_community_id IS NOT NULL AND state = 'posted'
   AND move_type IN ('out_invoice', 'out_refund');
"""
# Whatever changes what the ledger says of a bill notes the bill, in the same transaction and
# whoever writes: the ORM, the fast path of runs, a script. Notes are only added, so that nobody
# waits for anybody.
NOTES = """
CREATE OR REPLACE FUNCTION property_fee_ledger_note() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_TABLE_NAME = 'account_move' THEN
        IF TG_OP = 'UPDATE' THEN
            -- what an entry means, or when it came: for the bills that it settles
            IF NEW.property_settlement_kind IS DISTINCT FROM OLD.property_settlement_kind
               OR NEW.date IS DISTINCT FROM OLD.date
               OR NEW.property_community_id IS DISTINCT FROM OLD.property_community_id THEN
                INSERT INTO property_fee_ledger_stale
                SELECT other.move_id
                  FROM account_move_line own
                  JOIN account_partial_reconcile rec
                    ON own.id IN (rec.debit_move_id, rec.credit_move_id)
                  JOIN account_move_line other
                    ON other.id IN (rec.debit_move_id, rec.credit_move_id)
                   AND other.move_id <> own.move_id
                 WHERE own.move_id = NEW.id;
            END IF;
            INSERT INTO property_fee_ledger_stale VALUES (OLD.id);
        ELSIF TG_OP = 'INSERT' THEN
            INSERT INTO property_fee_ledger_stale VALUES (NEW.id);
        ELSE
            INSERT INTO property_fee_ledger_stale VALUES (OLD.id);
        END IF;
    ELSIF TG_TABLE_NAME = 'account_move_line' THEN
        INSERT INTO property_fee_ledger_stale VALUES (NEW.move_id);
    ELSIF TG_TABLE_NAME = 'property_fee_charge' THEN
        INSERT INTO property_fee_ledger_stale
        SELECT move_id FROM account_move_line
         WHERE id = NEW.invoice_line_id OR property_origin_line_id = NEW.invoice_line_id;
    ELSE
        IF TG_OP <> 'INSERT' THEN
            INSERT INTO property_fee_ledger_stale
            SELECT move_id FROM account_move_line
             WHERE id IN (OLD.debit_move_id, OLD.credit_move_id);
        END IF;
        IF TG_OP <> 'DELETE' THEN
            INSERT INTO property_fee_ledger_stale
            SELECT move_id FROM account_move_line
             WHERE id IN (NEW.debit_move_id, NEW.credit_move_id);
        END IF;
    END IF;
    RETURN NULL;
END $body$;
"""
MOVE = (
    "state",
    "date",
    "invoice_date_due",
    "property_community_id",
    "property_unit_id",
    "company_id",
    "partner_id",
    "property_settlement_kind",
    "amount_total_signed",
)
LINE = ("price_total", "product_id", "property_origin_line_id", "display_type")
CHARGE = ("state", "item_id", "period_start", "amount_off", "invoice_line_id")
PARTIAL = ("amount", "max_date", "debit_move_id", "credit_move_id")


def _when_changed(names, condition="TRUE"):
    changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in names)
    return f"UPDATE OF {', '.join(names)}", f"{condition} AND ({changed})"


# table -> (event, condition)
TRIGGERS = {
    "account_move": (
        ("INSERT", "NEW.property_community_id IS NOT NULL AND NEW.state = 'posted'"),
        _when_changed(
            MOVE,
            "(NEW.state = 'posted' OR OLD.state = 'posted') AND (NEW.move_type = 'entry' "
            "OR COALESCE(NEW.property_community_id, OLD.property_community_id) IS NOT NULL)",
        ),
        ("DELETE", "OLD.property_community_id IS NOT NULL AND OLD.state = 'posted'"),
    ),
    "account_move_line": (_when_changed(LINE, "NEW.parent_state = 'posted'"),),
    "property_fee_charge": (_when_changed(CHARGE, "OLD.invoice_line_id IS NOT NULL"),),
    "account_partial_reconcile": (
        ("INSERT", "TRUE"),
        _when_changed(PARTIAL),
        ("DELETE", "TRUE"),
    ),
}


class PropertyFeeLedger(models.Model):
    """Keep what the ledger says of bills that have not changed, so that reading is quick.

    The kept rows are a copy and never a source: a bill that changed since is noted by triggers
    and read from its journal items until it is kept anew. See docs/adr/0055.
    """

    _inherit = "property.fee.ledger"

    def init(self):
        """Extend `orm`: the tables of what is kept, and the triggers that note changes."""
        super().init()
        self.pool.post_init(self._init_keeping)  # when all columns are there

    def _init_keeping(self):
        query = f"{TABLES}{self._get_live(SQL('TRUE')).code}"
        version = hashlib.sha256(query.encode()).hexdigest()[:16]
        [(known,)] = self.env.execute_query(
            SQL("SELECT obj_description(to_regclass('property_fee_ledger_kept'), 'pg_class')")
        )
        if known != version:
            self.env.cr.execute(TABLES)
            self.env.cr.execute(SQL("COMMENT ON TABLE property_fee_ledger_kept IS %s", version))
        self.env.cr.execute(NOTES)
        for table, events in TRIGGERS.items():
            for number, (event, condition) in enumerate(events, 1):
                self.env.cr.execute(
                    SQL(
                        "CREATE OR REPLACE TRIGGER %(name)s AFTER %(event)s ON %(table)s "
                        "FOR EACH ROW WHEN (%(condition)s) EXECUTE FUNCTION %(function)s()",
                        name=SQL.identifier(f"{FUNCTION}_{number}"),
                        event=SQL(event),
                        table=SQL.identifier(table),
                        condition=SQL(condition),
                        function=SQL.identifier(FUNCTION),
                    )
                )

    @api.model
    def _get_entries(self):
        """Override: kept rows, and from the journal items the bills that changed since."""
        noted = SQL("id IN (SELECT move_id FROM property_fee_ledger_stale)")
        kept = SQL(
            "SELECT %s FROM property_fee_ledger_kept kept WHERE NOT EXISTS "
            "(SELECT 1 FROM property_fee_ledger_stale stale WHERE stale.move_id = kept.move_id)",
            SQL(COLUMNS),
        )
        return SQL(" UNION ALL ").join([kept, self._get_live(noted), self._get_waived()])

    @api.model
    def _keep(self, limit=BATCH):
        """Keep rows of bills that changed.

        :return: how many bills; 0 when none is left, or another process is at it
        """
        self.env.flush_all()
        [(mine,)] = self.env.execute_query(SQL("SELECT pg_try_advisory_xact_lock(%s)", LOCK))
        if not mine:
            return 0
        rows = self.env.execute_query(
            SQL("SELECT DISTINCT move_id FROM property_fee_ledger_stale ORDER BY 1 LIMIT %s", limit)
        )
        ids = [move_id for (move_id,) in rows]
        if ids:
            for table in ("kept", "stale"):
                self.env.cr.execute(
                    SQL(
                        "DELETE FROM %s WHERE move_id = ANY(%s)",
                        SQL.identifier(f"property_fee_ledger_{table}"),
                        ids,
                    )
                )
            self.env.cr.execute(
                SQL(
                    "INSERT INTO property_fee_ledger_kept (%s) %s",
                    SQL(COLUMNS),
                    self._get_live(SQL("id = ANY(%s)", ids)),
                )
            )
        return len(ids)

    @api.model
    def _find_differences(self, first, last):
        """Return the bills between two ids whose kept rows are not what the journal items say."""
        window = SQL("BETWEEN %s AND %s", first, last)
        kept = SQL(
            "SELECT %s FROM property_fee_ledger_kept kept WHERE move_id %s AND NOT EXISTS "
            "(SELECT 1 FROM property_fee_ledger_stale stale WHERE stale.move_id = kept.move_id)",
            SQL(COLUMNS),
            window,
        )
        live = self._get_live(
            SQL("id %s AND id NOT IN (SELECT move_id FROM property_fee_ledger_stale)", window)
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT move_id FROM ((%(kept)s EXCEPT ALL %(live)s) "
                "UNION ALL (%(live)s EXCEPT ALL %(kept)s)) different",
                kept=kept,
                live=live,
            )
        )
        return [move_id for (move_id,) in rows]

    @api.model
    def _cron_keep_rows(self):
        """Keep the rows of what changed; again and again, until nothing is left."""
        cron = self.env["ir.cron"]
        while count := self._keep():
            if not cron._commit_progress(count):
                cron._commit_progress(remaining=1)
                return

    @api.model
    def _cron_check_rows(self):
        """Compare kept rows with the journal items, the newest bills first, while there is time.

        What differs is noted, so that it is read right at once, and logged.
        """
        [(last,)] = self.env.execute_query(SQL("SELECT COALESCE(MAX(id), 0) FROM account_move"))
        for end in range(last, 0, -BATCH):
            found = self._find_differences(end - BATCH + 1, end)
            if found:
                _logger.error("Kept rows of the fee ledger differ for bills %s", found)
                self.env.cr.execute(
                    SQL("INSERT INTO property_fee_ledger_stale SELECT unnest(%s)", found)
                )
            if not self.env["ir.cron"]._commit_progress(1):
                return
