# SPDX-License-Identifier: LGPL-3.0-or-later
import logging
from datetime import timedelta

from odoo import api, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools import SQL

_logger = logging.getLogger(__name__)
GROUPS = 500


class PropertyFeeRunPost(models.Model):
    """Post the charges of a run as bills: one per payer and unit."""

    _inherit = "property.fee.run"

    def _start_post(self):
        self.ensure_one()
        self._lock()
        if self.state not in ("computed", "posted"):
            raise UserError(
                self.env._("Fee run %(run)s is not computed. Compute it first.", run=self.name)
            )
        if self.job:
            raise UserError(
                self.env._(
                    "Fee run %(run)s is being worked on in the background. Wait for it, or stop "
                    "it first.",
                    run=self.name,
                )
            )
        self._check_readable_communities()
        self._check_accounts()
        self.env.cr.execute(
            SQL("DELETE FROM property_fee_run_skip WHERE run_id = %s AND reason = 'error'", self.id)
        )
        self.env["property.fee.run.skip"].invalidate_model()

    def _finish_post(self):
        self.ensure_one()
        self.env.flush_all()
        self._post_waived()
        self.env.invalidate_all()
        if not self.draft_count:
            self.state = "posted"
        posted = self.charge_ids.filtered(lambda charge: charge.state == "posted")
        self._on_charges_posted(posted)
        self.env.ref("property_fees.property_fee_ledger_cron_keep")._trigger()

    def _post_waived(self):
        """Take what was let off in full as charged: there is nothing to bill."""
        self.env.cr.execute(
            SQL(
                "UPDATE property_fee_charge SET state = 'posted' "
                "WHERE run_id = %s AND state = 'draft' AND amount = 0",
                self.id,
            )
        )

    def _on_charges_posted(self, charges):
        """Called once after a run was posted, with its posted charges."""

    def _check_accounts(self):
        """Say before any bill is made what is missing in the accounts."""
        for community in self.community_ids:
            if not community._get_fee_journal():
                raise UserError(
                    self.env._(
                        "There is no sales journal in company %(company)s. Install its chart of "
                        "accounts, or create a sales journal.",
                        company=community.company_id.name,
                    )
                )
            self._check_journal(community)
        groups = self.env["property.fee.charge"]._read_group(
            [("run_id", "=", self.id), ("state", "=", "draft")], ["item_id"]
        )
        for (item,) in groups:
            product = item.product_id.with_company(self.company_id)
            if not product or not product.active:
                raise UserError(
                    self.env._(
                        "Fee item %(item)s has lost its product. Restore the product.",
                        item=item.name,
                    )
                )
            accounts = product.product_tmpl_id.get_product_accounts()
            journal_account = self.community_ids[:1]._get_fee_journal().default_account_id
            if not (accounts["income"] or journal_account):
                raise UserError(
                    self.env._(
                        "Fee item %(item)s has no income account. Set it on the item or on the "
                        "product category.",
                        item=item.name,
                    )
                )
            account = accounts["income"] or journal_account
            if not account.active:
                raise UserError(
                    self.env._(
                        "Income account %(account)s of fee item %(item)s is archived. Choose "
                        "another one, or restore it.",
                        account=account.display_name,
                        item=item.name,
                    )
                )

    def _check_journal(self, community):
        """Refuse a journal in another currency: amounts would be taken for that currency."""
        journal = community._get_fee_journal()
        if journal.currency_id and journal.currency_id != self.company_id.currency_id:
            raise UserError(
                self.env._(
                    "Journal %(journal)s of %(community)s is in %(currency)s, fees are in "
                    "%(own)s. Choose a journal in %(own)s.",
                    journal=journal.name,
                    community=community.name,
                    currency=journal.currency_id.name,
                    own=self.company_id.currency_id.name,
                )
            )

    def _count_groups(self):
        return self.env.execute_query(
            SQL(
                "SELECT COUNT(*) FROM (SELECT 1 FROM property_fee_charge "
                "WHERE run_id = %s AND state = 'draft' AND amount <> 0 "
                "GROUP BY unit_id, partner_id) g",
                self.id,
            )
        )[0][0]

    def _next_groups(self, limit):
        """Lock the charges of the next bills.

        :return: list of charge id lists, one per bill; a bill is what one payer owes for one unit
        """
        failed = SQL(
            "SELECT 1 FROM property_fee_run_skip skip WHERE skip.run_id = charge.run_id "
            "AND skip.reason = 'error' AND skip.unit_id IS NOT DISTINCT FROM charge.unit_id"
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT array_agg(charge.id ORDER BY item.sequence, item.code, charge.item_id,
                                 charge.period_start, charge.id)
                  FROM property_fee_charge charge
                  JOIN property_fee_item item ON item.id = charge.item_id
                 WHERE charge.run_id = %(run)s AND charge.state = 'draft'
                   AND charge.amount <> 0
                   AND NOT EXISTS (%(failed)s)
                 GROUP BY charge.community_id, charge.unit_id, charge.partner_id
                 ORDER BY charge.community_id, charge.unit_id, charge.partner_id
                 LIMIT %(limit)s
                """,
                run=self.id,
                failed=failed,
                limit=limit,
            )
        )
        groups = [row[0] for row in rows]
        if groups:
            ids = [charge_id for group in groups for charge_id in group]
            self.env.cr.execute(
                SQL(
                    "SELECT id FROM property_fee_charge WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
                    ids,
                )
            )
        return groups

    def _post_step(self, limit=GROUPS):
        """Post the next bills, all or nothing.

        :return: number of bills tried; 0 when none are left
        """
        self.ensure_one()
        self.env.flush_all()
        groups = self._next_groups(limit)
        if groups:
            charges = self.env["property.fee.charge"]
            ids = tuple(charge_id for group in groups for charge_id in group)
            self._post_groups([charges.browse(group).with_prefetch(ids) for group in groups])
            self.env.flush_all()
            self.env.invalidate_all()  # keeps memory flat over ten thousand bills
        return len(groups)

    def _post_groups(self, groups):
        """Make and post one bill per group of charges by Odoo's ordinary path."""
        self._post_ordinary(groups)

    def _post_ordinary(self, groups):
        """Create and post the bills together; if one refuses, one by one with the reason kept."""
        try:
            with self.env.cr.savepoint():
                return self._create_bills(groups)
        except (UserError, RedirectWarning) as error:
            if len(groups) == 1:
                self._note_error(groups[0], error)
                return self.env["account.move"]
            _logger.info("Fee run %s: posting one by one after: %s", self.name, error)
        self.env.invalidate_all()
        moves = self.env["account.move"]
        for group in groups:
            moves |= self._post_ordinary([group])
        return moves

    def _create_bills(self, groups):
        vals_list = [self._prepare_bill_vals(group) for group in groups]
        # sudo: posting a run is the right of the run, not that of invoicing by hand
        moves_sudo = self._get_move_model().create(vals_list)
        for group, move in zip(groups, moves_sudo, strict=True):
            lines = move.invoice_line_ids.filtered(lambda line: line.display_type == "product")
            for charge, line in zip(group, lines.sorted("id"), strict=True):
                charge.write({"state": "posted", "invoice_id": move.id, "invoice_line_id": line.id})
        moves_sudo.action_post()
        return moves_sudo

    @api.model
    def _get_move_model(self):
        # sudo: posting a run is the right of the run, not that of invoicing by hand
        return (
            self.env["account.move"]
            .sudo()
            .with_context(mail_create_nosubscribe=True, mail_notrack=True, tracking_disable=True)
        )

    def _prepare_bill_vals(self, charges):
        """Return the values of the bill for the charges of one payer and unit."""
        charge = next(iter(charges))
        partner, community = charge.partner_id, charge.community_id
        lang = partner.lang or self.env.lang
        vals = {
            "move_type": "out_invoice",
            "company_id": community.company_id.id,
            "partner_id": partner.id,
            "journal_id": community._get_fee_journal().id,
            "invoice_date": self.invoice_date,
            "invoice_origin": self.name,
            "property_unit_id": charge.unit_id.id,
            "property_community_id": community.id,
            "property_fee_run_id": self.id,
            "line_ids": [
                (0, 0, charge.with_context(lang=lang)._prepare_invoice_line_vals())
                for charge in charges
            ],
        }
        if not partner.with_company(community.company_id).property_payment_term_id:
            vals["invoice_payment_term_id"] = False
            vals["invoice_date_due"] = self._get_due_date(charges)
        return vals

    def _get_due_date(self, charges):
        """Return the due date of a bill; the shortest of its items, else the community's."""
        days = [days for days in charges.item_id.mapped("due_days") if days]
        return self.invoice_date + timedelta(
            days=min(days)
            if days
            else next(iter(charges)).community_id._get_parameter("fees_due_days")
        )

    def _note_error(self, charges, error):
        charge = charges[0]
        self.env["property.fee.run.skip"].create(
            {
                "run_id": self.id,
                "community_id": charge.community_id.id,
                "unit_id": charge.unit_id.id,
                "res_model": charge.res_model,
                "res_id": charge.res_id,
                "item_id": charge.item_id.id,
                "period_start": charge.period_start,
                "period_end": charge.period_end,
                "reason": "error",
                "is_problem": True,
                "detail": str(error),
            }
        )
