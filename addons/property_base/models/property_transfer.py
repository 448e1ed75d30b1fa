# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..rules import transfer as rule
from ..rules.errors import RuleError


class PropertyTransfer(models.Model):
    """A change of ownership in one act (BAS-06, feature 12, B1.2).

    Closes the old side and opens the new one on the effective date, asks every addon what is still
    open, and keeps what is needed to write the clearance letter.
    """

    _name = "property.transfer"
    _description = "Ownership transfer"
    _inherit = [
        "property.flow.mixin",
        "property.evidence.mixin",
        "property.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "effective_date desc, id desc"

    name = fields.Char(readonly=True, copy=False, default="/", index="trigram")
    unit_id = fields.Many2one(
        "property.unit", required=True, index=True, ondelete="restrict", tracking=True
    )
    community_id = fields.Many2one(
        related="unit_id.community_id", store=True, index=True, precompute=True, required=False
    )
    building_id = fields.Many2one(related="unit_id.building_id", store=True, precompute=True)
    kind = fields.Selection(
        [
            ("sale", "Sale"),
            ("inheritance", "Inheritance"),
            ("gift", "Gift"),
            ("court", "Court decision"),
            ("division", "Division of property"),
        ],
        required=True,
        default="sale",
        tracking=True,
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("checked", "Checked"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        copy=False,
        group_expand=True,
        tracking=True,
        index=True,
    )
    effective_date = fields.Date(
        required=True,
        default=fields.Date.context_today,
        tracking=True,
        help="First day of the new owners. The day before is the last day of the old ones: bills "
        "are split between them by days.",
    )
    user_id = fields.Many2one(
        "res.users", string="Handled by", default=lambda self: self.env.user, tracking=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    # Both sides
    old_ownership_ids = fields.Many2many(
        "property.ownership",
        "property_transfer_old_ownership_rel",
        "transfer_id",
        "ownership_id",
        string="Owners before",
        compute="_compute_old_ownership_ids",
        store=True,
        copy=False,
    )
    old_partner_ids = fields.Many2many(
        "res.partner", compute="_compute_old_partner_ids", string="Persons before"
    )
    is_partial = fields.Boolean(
        string="Only some co-owners",
        tracking=True,
        help="One co-owner passes on a share while the others stay.",
    )
    seller_ids = fields.Many2many(
        "res.partner",
        "property_transfer_seller_rel",
        "transfer_id",
        "partner_id",
        string="Who passes on",
        compute="_compute_seller_ids",
        store=True,
        readonly=False,
        copy=False,
    )
    line_ids = fields.One2many("property.transfer.line", "transfer_id", string="New owners")
    new_partner_ids = fields.Many2many(
        "res.partner", compute="_compute_new_partner_ids", string="New persons"
    )
    share_summary = fields.Char(compute="_compute_share_summary", string="Shares")
    certificate_number = fields.Char(string="Title certificate")
    contract_number = fields.Char(string="Contract or deed", tracking=True)
    new_ownership_ids = fields.One2many(
        "property.ownership", "transfer_id", string="Ownerships opened", readonly=True
    )
    # Occupants
    keep_tenants = fields.Boolean(
        default=True,
        help="A sale does not break a lease (Civil Code art. 725): tenants stay registered.",
    )
    new_owners_move_in = fields.Boolean(
        string="New owners move in", help="Register the new owners as occupants of the unit."
    )
    ended_occupancy_ids = fields.Many2many(
        "property.occupancy",
        "property_transfer_ended_occupancy_rel",
        "transfer_id",
        "occupancy_id",
        string="Occupancies ended",
        readonly=True,
        copy=False,
    )
    # Papers and open items
    document_ids = fields.One2many("property.unit.document", "transfer_id", string="Papers")
    missing_document_names = fields.Char(
        string="Papers missing", compute="_compute_missing_documents"
    )
    document_waiver = fields.Char(
        tracking=True,
        string="Papers waived because",
        groups="property_base.group_property_officer",
        help="A site manager may go on without a paper and says why.",
    )
    item_ids = fields.One2many("property.transfer.item", "transfer_id", string="Open items")
    items_checked_at = fields.Datetime(readonly=True, copy=False, string="Open items asked on")
    open_amount = fields.Monetary(compute="_compute_open_amount", string="To be settled")
    # Done
    done_at = fields.Datetime(readonly=True, copy=False, tracking=True, string="Completed on")
    done_by_id = fields.Many2one("res.users", readonly=True, copy=False, string="Completed by")
    clearance_number = fields.Char(readonly=True, copy=False)
    is_revertible = fields.Boolean(compute="_compute_is_revertible")
    is_reverted = fields.Boolean(readonly=True, copy=False, tracking=True)
    undo_data = fields.Json(copy=False, groups="base.group_system")
    note = fields.Text(string="Notes")

    _one_open_uniq = models.UniqueIndex(
        "(unit_id) WHERE state IN ('draft', 'checked')",
        "Another transfer of this unit is still open. Complete or cancel it first.",
    )

    @api.depends("unit_id", "effective_date")
    def _compute_old_ownership_ids(self):
        for transfer in self:
            if transfer.state in ("draft", "checked"):
                transfer.old_ownership_ids = transfer._get_running_ownerships()

    @api.depends("old_ownership_ids.partner_id")
    def _compute_old_partner_ids(self):
        for transfer in self:
            transfer.old_partner_ids = transfer.old_ownership_ids.partner_id

    @api.depends("old_ownership_ids", "is_partial")
    def _compute_seller_ids(self):
        for transfer in self:
            owners = transfer.old_ownership_ids.partner_id
            if not transfer.is_partial:
                transfer.seller_ids = owners
            else:
                transfer.seller_ids &= owners

    @api.depends("line_ids.partner_id")
    def _compute_new_partner_ids(self):
        for transfer in self:
            transfer.new_partner_ids = transfer.line_ids.partner_id

    @api.depends(
        "line_ids.share_numerator", "line_ids.share_denominator", "seller_ids", "old_ownership_ids"
    )
    def _compute_share_summary(self):
        for transfer in self:
            sold = transfer._get_sold_share()
            given = sum((line._share() for line in transfer.line_ids), Fraction(0))
            transfer.share_summary = self.env._(
                "%(given)s of %(sold)s passed on", given=given, sold=sold
            )

    @api.depends(
        "kind", "document_ids.state", "document_ids.expiry_date", "document_ids.type_id", "unit_id"
    )
    def _compute_missing_documents(self):
        for transfer in self:
            transfer.missing_document_names = ", ".join(
                transfer._get_missing_document_types().mapped("name")
            )

    @api.depends("item_ids.amount", "item_ids.choice")
    def _compute_open_amount(self):
        for transfer in self:
            transfer.open_amount = sum(
                transfer.item_ids.filtered(lambda item: item.choice == "settle").mapped("amount")
            )

    @api.depends("state", "done_at")
    def _compute_is_revertible(self):
        for transfer in self:
            transfer.is_revertible = (
                transfer.state == "done" and not transfer._get_revert_blockers()
            )

    @api.depends("name", "unit_id.name")
    def _compute_display_name(self):
        for transfer in self:
            parts = (transfer.name if transfer.name != "/" else False, transfer.unit_id.name)
            transfer.display_name = " ".join(part for part in parts if part)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("property.transfer") or "/"
        transfers = super().create(vals_list)
        transfers.action_refresh_items()
        return transfers

    def write(self, vals):
        fixed = vals.keys() & {
            "unit_id",
            "effective_date",
            "kind",
            "is_partial",
            "seller_ids",
            "line_ids",
            "keep_tenants",
            "new_owners_move_in",
        }
        for transfer in self:
            if fixed and transfer.state != "draft":
                raise UserError(
                    self.env._(
                        "Transfer %(transfer)s has been checked: set it back to draft before "
                        "changing who takes over what, and when.",
                        transfer=transfer.display_name,
                    )
                )
        result = super().write(vals)
        if vals.keys() & {"unit_id", "effective_date"}:
            self.action_refresh_items()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        for transfer in self:
            if transfer.state not in ("draft", "cancelled") or transfer.done_at:
                raise UserError(
                    self.env._(
                        "Transfer %(transfer)s is history and stays. Cancel it instead.",
                        transfer=transfer.display_name,
                    )
                )

    # Steps
    def action_refresh_items(self):
        """Ask every addon what is still open for the unit, keeping the choices already made."""
        for transfer in self.filtered(lambda record: record.state in ("draft", "checked")):
            transfer._refresh_items()

    def action_check(self):
        """Check the shares and the papers, and freeze both sides."""
        for transfer in self:
            transfer._require_state("draft")
            transfer._refresh_old_side()
            transfer._get_owners_after()
            transfer._check_documents()
            transfer._refresh_items()
            transfer._check_open_other()
            transfer._set_state("checked")

    def action_print(self):
        """Print the transfer sheet; once the transfer is done, the clearance letter."""
        return self.env.ref("property_base.property_transfer_report").report_action(
            self, config=False
        )

    def action_draft(self):
        """Go back to draft, to correct something."""
        for transfer in self:
            if transfer.state == "cancelled" and not transfer.done_at:
                transfer._set_state("draft")
            else:
                transfer._require_state("checked")
                transfer._set_state("draft")

    def action_cancel(self):
        """Give the transfer up."""
        for transfer in self:
            if transfer.state == "done":
                raise UserError(
                    self.env._(
                        "Transfer %(transfer)s is done. A manager may revert it on the same day; "
                        "later, enter a new transfer.",
                        transfer=transfer.display_name,
                    )
                )
            transfer._set_state("cancelled")

    def action_done(self):
        """Complete the transfer: close the old side, open the new one, tell everybody.

        :raise UserError: when an item is still to be settled, evidence is missing, or the owners
            have changed since the check
        """
        self._check_officer()
        for transfer in self:
            transfer._complete()

    def action_view_unit(self):
        """Open the unit."""
        self.ensure_one()
        return self.unit_id.get_formview_action()

    def _complete(self):
        self.ensure_one()
        self.unit_id._lock()
        self._lock_flow()
        self._require_state("checked")
        self.unit_id.invalidate_recordset()
        running = self._get_running_ownerships()
        if running != self.old_ownership_ids:
            raise UserError(
                self.env._(
                    "The owners of unit %(unit)s have changed since transfer %(transfer)s was "
                    "checked. Set it back to draft and check it again.",
                    unit=self.unit_id.display_name,
                    transfer=self.name,
                )
            )
        after = self._get_owners_after()
        self._check_documents()
        self._refresh_items()
        self._check_items()
        self._check_evidence()
        undo = {
            "ownerships": [
                [line.id, _iso(line.end_date), line.is_representative] for line in running
            ]
        }
        partners = self.env["res.partner"]
        self.unit_id._set_owners(
            self.effective_date,
            [
                (
                    partners.browse(part.person),
                    part.share.numerator,
                    part.share.denominator,
                    part.representative,
                )
                for part in after
            ],
            transfer_id=self.id,
            origin="purchase" if self.kind == "sale" else self.kind,
            certificate_number=self.certificate_number,
        )
        undo["occupancies"] = self._end_occupancies(after)
        undo["opened_occupancies"] = self._open_occupancies().ids
        undo["unit_state"] = self.unit_id.state
        if self.unit_id.state == "unsold":
            self.unit_id.state = "sold"
        # the row changes, so a second transfer that waits for the lock starts afresh
        self._set_state(
            "done",
            done_at=fields.Datetime.now(),
            done_by_id=self.env.uid,
            clearance_number=self.env["ir.sequence"].next_by_code("property.clearance"),
        )
        self.sudo().undo_data = undo  # sudo: technical field, hidden from everybody
        self._touch_unit()
        self._post_on_unit(
            self.env._(
                "Transfer %(transfer)s (%(kind)s): %(old)s to %(new)s from %(date)s",
                transfer=self.name,
                kind=dict(self._fields["kind"]._description_selection(self.env))[self.kind],
                old=", ".join(self.seller_ids.mapped("name")) or "…",
                new=", ".join(self.new_partner_ids.mapped("name")),
                date=self.effective_date,
            )
        )
        self._send_mails()
        self._on_done()

    def action_revert(self):
        """Undo a transfer of today, as long as nothing was built on it (manager).

        :raise UserError: when it is too late, and why
        """
        if not self.env.su and not self.env.user.has_group("property_base.group_property_manager"):
            raise UserError(self.env._("Only a company manager may revert a transfer."))
        for transfer in self:
            transfer._revert()

    def _revert(self):
        self.ensure_one()
        self.unit_id._lock()
        self._lock_flow()
        self._require_state("done")
        blockers = self._get_revert_blockers()
        if blockers:
            raise UserError(
                self.env._(
                    "Transfer %(transfer)s cannot be reverted: %(reasons)s. "
                    "Enter a new transfer in the other direction instead.",
                    transfer=self.name,
                    reasons="; ".join(blockers),
                )
            )
        undo = self.sudo().undo_data or {}  # sudo: technical field, hidden from everybody
        later = {"property_share_check_later": True}
        opened = self.new_ownership_ids.with_context(**later)
        lines = self.env["property.ownership"].with_context(**later)
        opened.unlink()
        lines.flush_model()
        for line_id, end_date, is_representative in undo.get("ownerships", []):
            lines.browse(line_id).write(
                {"end_date": end_date, "is_representative": is_representative}
            )
        self.env["property.occupancy"].browse(undo.get("opened_occupancies", [])).exists().unlink()
        for occupancy_id, end_date in undo.get("occupancies", []):
            self.env["property.occupancy"].browse(occupancy_id).end_date = end_date
        self.unit_id.state = undo.get("unit_state") or self.unit_id.state
        self.unit_id.invalidate_recordset(["ownership_ids"])
        self.unit_id.ownership_ids._check_share_total()
        self._set_state("cancelled", is_reverted=True)
        self._touch_unit()
        self._post_on_unit(self.env._("Transfer %(transfer)s was reverted", transfer=self.name))
        self._on_reverted()

    # Checks and helpers
    def _require_state(self, *states):
        for transfer in self:
            if transfer.state not in states:
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "Transfer %(transfer)s is %(state)s now; reload the page. Perhaps a "
                        "colleague has just handled it.",
                        transfer=transfer.display_name,
                        state=labels[transfer.state],
                    )
                )

    def _check_officer(self):
        if not self.env.su and not self.env.user.has_group("property_base.group_property_officer"):
            raise UserError(self.env._("Transfers are completed by a site manager. Ask yours."))

    def _check_open_other(self):
        """Refuse when the unit is being merged or split at the same time (hook point)."""

    def _get_running_ownerships(self):
        """Return the ownership lines that the transfer closes or keeps."""
        self.ensure_one()
        if not self.unit_id or not self.effective_date:
            return self.env["property.ownership"]
        # sudo: the shares of all owners count, also of those the user may not see
        lines_sudo = (
            self.env["property.ownership"]
            .sudo()
            .search([("unit_id", "=", self.unit_id._origin.id or self.unit_id.id)])
        )
        return lines_sudo._filtered_on(self.effective_date - timedelta(days=1)).with_env(self.env)

    def _refresh_old_side(self):
        self.old_ownership_ids = self._get_running_ownerships()
        if not self.is_partial:
            self.seller_ids = self.old_ownership_ids.partner_id

    def _get_sold_share(self):
        self.ensure_one()
        if not self.old_ownership_ids:
            return Fraction(1)
        return sum(
            (
                Fraction(line.share_numerator, line.share_denominator)
                for line in self.old_ownership_ids
                if line.partner_id in self.seller_ids and line.share_denominator
            ),
            Fraction(0),
        )

    def _get_owners_after(self):
        """Return the parts after the transfer.

        :raise ValidationError: with the reason in the user's language
        """
        self.ensure_one()
        before = [
            rule.Part(
                line.partner_id.id,
                Fraction(line.share_numerator, line.share_denominator),
                line.is_representative,
            )
            for line in self.old_ownership_ids
        ]
        buyers = [
            rule.Part(line.partner_id.id, line._share(), line.is_representative)
            for line in self.line_ids
        ]
        try:
            return rule.owners_after(before, self.seller_ids.ids, buyers)
        except RuleError as error:
            raise ValidationError(self._rule_message(error)) from error

    def _rule_message(self, error):
        unit = self.unit_id.display_name
        messages = {
            "no_buyer": self.env._("Transfer of %(unit)s: enter the new owners.", unit=unit),
            "no_seller": self.env._(
                "Transfer of %(unit)s: choose which co-owners pass on their share.", unit=unit
            ),
            "not_an_owner": self.env._(
                "Transfer of %(unit)s: somebody who passes on a share does not own one on that "
                "day. Choose among the owners.",
                unit=unit,
            ),
            "bad_share": self.env._(
                "Transfer of %(unit)s: every share is more than nothing and at most the whole.",
                unit=unit,
            ),
            "share_mismatch": self.env._(
                "Transfer of %(unit)s: %(sold)s of the unit is passed on, but the new owners take "
                "%(bought)s. Correct the shares so that both are equal.",
                unit=unit,
                sold=error.details.get("sold"),
                bought=error.details.get("bought"),
            ),
            "two_representatives": self.env._(
                "Transfer of %(unit)s: name one representative only.", unit=unit
            ),
            "nothing_changes": self.env._(
                "Transfer of %(unit)s: the owners would be the same as before.", unit=unit
            ),
        }
        return messages[error.code]

    def _get_missing_document_types(self):
        """Return the paper types that this kind of transfer needs and that are not accepted."""
        self.ensure_one()
        needed = self.env["property.unit.document.type"].search(
            [(f"required_{self.kind}", "=", True)] if self.kind else [(0, "=", 1)]
        )
        return needed - self.document_ids._filtered_valid().type_id

    def _check_documents(self):
        for transfer in self:
            missing = transfer._get_missing_document_types()
            waiver_sudo = transfer.sudo().document_waiver  # sudo: staff may not read the waiver
            if missing and not waiver_sudo:
                raise UserError(
                    self.env._(
                        "Transfer %(transfer)s still needs accepted papers: %(papers)s. Add and "
                        "review them, or let a site manager waive them with a reason.",
                        transfer=transfer.display_name,
                        papers=", ".join(missing.mapped("name")),
                    )
                )

    def _refresh_items(self):
        self.ensure_one()
        known = {item.key: item for item in self.item_ids}
        seen = set()
        for position, data in enumerate(self._get_open_items()):
            vals = {
                "key": data.get("key") or f"{data['label']}#{position}",
                "sequence": position,
                "label": data["label"],
                "amount": data.get("amount") or 0.0,
                "currency_id": (data.get("currency") or self.currency_id).id,
                "res_model": data.get("res_model"),
                "res_id": data.get("res_id"),
                "note": data.get("note"),
            }
            seen.add(vals["key"])
            # sudo: the lines come from the addons, not from the user
            if vals["key"] in known:
                known[vals["key"]].sudo().write(vals)
            else:
                vals["choice"] = data.get("choice") or (
                    "settle" if vals["amount"] >= 0 else "refund"
                )
                self.env["property.transfer.item"].sudo().create({"transfer_id": self.id, **vals})
        gone = self.item_ids.filtered(lambda item: item.key not in seen)
        gone.sudo().unlink()
        self.sudo().items_checked_at = fields.Datetime.now()

    def _check_items(self):
        for transfer in self:
            open_items = transfer.item_ids.filtered(
                lambda item: item.choice == "settle" and item.amount
            )
            if open_items:
                raise UserError(
                    self.env._(
                        "Transfer %(transfer)s: still to be settled: %(items)s. Settle them, or "
                        "choose that the new owners take them over.",
                        transfer=transfer.display_name,
                        items=", ".join(open_items.mapped("label")),
                    )
                )

    def _end_occupancies(self, after):
        """End the occupancies of the old side; return what they were, for an undo."""
        self.ensure_one()
        last_day = self.effective_date - timedelta(days=1)
        remaining = {part.person for part in after}
        leaving = {partner.id for partner in self.seller_ids} - remaining
        whole = not (remaining & set(self.old_partner_ids.ids))
        running = (
            self.env["property.occupancy"]
            .search([("unit_id", "=", self.unit_id.id)])
            .filtered(lambda line: not line.end_date or line.end_date > last_day)
        )

        def ends(line):
            if line.partner_id.id in leaving:
                return line.role != "tenant" or not self.keep_tenants
            if line.partner_id.id in remaining:
                return False
            return whole and (line.role != "tenant" or not self.keep_tenants)

        ending = running.filtered(ends)
        undo = [[line.id, _iso(line.end_date)] for line in ending]
        not_begun = ending.filtered(lambda line: line.start_date and line.start_date > last_day)
        for line in ending - not_begun:
            line.end_date = last_day
        for line in not_begun:  # shortest possible period: it never took place on the old side
            line.end_date = line.start_date
        self.ended_occupancy_ids = ending
        return undo

    def _open_occupancies(self):
        if not self.new_owners_move_in:
            return self.env["property.occupancy"]
        living = (
            self.env["property.occupancy"]
            .search([("unit_id", "=", self.unit_id.id), ("role", "=", "owner")])
            ._filtered_on(self.effective_date)
            .partner_id
        )
        return self.env["property.occupancy"].create(
            [
                {
                    "unit_id": self.unit_id.id,
                    "partner_id": partner.id,
                    "role": "owner",
                    "start_date": self.effective_date,
                    "verified": True,
                }
                for partner in self.new_partner_ids - living
            ]
        )

    def _touch_unit(self):
        """Change the unit's row, so that whoever waits for its lock has to read again."""
        self.unit_id.transfer_version += 1

    def _post_on_unit(self, body):
        self.unit_id.message_post(body=body)

    def _send_mails(self):
        """Queue a message to each side that has an e-mail address."""
        self.ensure_one()
        for xmlid in ("property_transfer_mail_old", "property_transfer_mail_new"):
            template_sudo = self.env.ref(f"property_base.{xmlid}", raise_if_not_found=False)
            partners = self.seller_ids if xmlid.endswith("old") else self.new_partner_ids
            for partner in partners.filtered("email"):
                if template_sudo:
                    # sudo: officers need not be able to edit mail templates
                    template_sudo.sudo().with_context(
                        lang=partner.lang, recipient_name=partner.name
                    ).send_mail(
                        self.id,
                        email_values={"recipient_ids": [fields.Command.set(partner.ids)]},
                    )

    # Hooks
    def _get_open_items(self):
        """Return what is still open for the unit on the effective date (hook).

        Each dict: ``label`` (str), ``amount`` (above 0: owed by the old side; below 0: owed to it),
        ``currency`` (record), ``key`` (stable str), optional ``choice`` (``settle``,
        ``carry_over``, ``refund``), ``res_model``/``res_id``, ``note``.

        :return: list of dict
        """
        self.ensure_one()
        return [
            {
                "key": f"property.key,{holding.key_id.id},{holding.partner_id.id}",
                "label": self.env._(
                    "%(quantity)s × %(key)s with %(person)s",
                    quantity=holding.quantity,
                    key=holding.key_id.display_name,
                    person=holding.partner_id.name,
                ),
                "res_model": "property.key",
                "res_id": holding.key_id.id,
                "choice": "carry_over",
            }
            for holding in self._get_key_holdings()
        ]

    def _get_evidence_type(self):
        """Extend the evidence mixin: policies may ask for more by the kind of transfer."""
        return self.kind

    def _get_key_holdings(self):
        return self.env["property.key.holding"].search(
            [("unit_id", "=", self.unit_id.id), ("partner_id", "in", self.seller_ids.ids)]
        )

    def _get_clearance_data(self):
        """Return what the clearance letter says (hook).

        :return: dict with ``number``, ``date``, ``unit``, ``old``, ``new``, ``items``
        """
        self.ensure_one()
        return {
            "number": self.clearance_number,
            "date": self.done_at,
            "unit": self.unit_id.display_name,
            "old": self.seller_ids.mapped("name"),
            "new": self.new_partner_ids.mapped("name"),
            "effective_date": self.effective_date,
            "items": [(item.label, item.amount, item.choice) for item in self.item_ids],
        }

    def _get_revert_blockers(self):
        """Return why a done transfer can no longer be reverted (hook).

        :return: list of translated str; empty when it can
        """
        self.ensure_one()
        reasons = []
        today = fields.Date.context_today(self)
        if fields.Datetime.context_timestamp(self, self.done_at).date() != today:
            reasons.append(self.env._("it was completed on an earlier day"))
        newer = self.env["property.transfer"].search_count(
            [
                ("unit_id", "=", self.unit_id.id),
                ("id", "!=", self.id),
                ("state", "=", "done"),
                ("done_at", ">=", self.done_at),
            ],
            limit=1,
        )
        others = self.unit_id.ownership_ids.filtered(
            lambda line: (
                line.transfer_id != self
                and line.start_date
                and line.start_date >= self.effective_date
            )
        )
        if newer or others or self.new_ownership_ids.filtered("end_date"):
            reasons.append(self.env._("the ownership has changed again"))
        if not self.unit_id.active:
            reasons.append(self.env._("the unit was merged or split"))
        return reasons

    def _on_done(self):
        """Called once after the transfer is complete (hook).

        Addons act on ``item_ids`` by ``choice`` here: take over, refund.
        """

    def _on_reverted(self):
        """Called once after a transfer was reverted (hook)."""


class PropertyTransferLine(models.Model):
    """A new owner and the share taken over."""

    _name = "property.transfer.line"
    _description = "New owner in a transfer"
    _inherit = ["property.scope.mixin"]
    _order = "transfer_id, id"

    transfer_id = fields.Many2one(
        "property.transfer", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(
        related="transfer_id.community_id", store=True, index=True, precompute=True, required=False
    )
    partner_id = fields.Many2one(
        "res.partner", string="New owner", required=True, ondelete="restrict"
    )
    share_numerator = fields.Integer(string="Share", required=True, default=1)
    share_denominator = fields.Integer(string="of", required=True, default=1)
    is_representative = fields.Boolean(string="Representative")

    _share_range = models.Constraint(
        "CHECK (share_denominator > 0 AND share_numerator > 0 "
        "AND share_numerator <= share_denominator)",
        "A share is more than nothing and at most the whole: write 1/2 as numerator 1, "
        "denominator 2.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_draft()
        return lines

    def write(self, vals):
        self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_checked(self):
        self._check_draft()

    def _check_draft(self):
        for line in self:
            if line.transfer_id.state != "draft":
                raise UserError(
                    self.env._(
                        "Transfer %(transfer)s has been checked: set it back to draft before "
                        "changing the new owners.",
                        transfer=line.transfer_id.display_name,
                    )
                )

    def _share(self):
        self.ensure_one()
        if not self.share_denominator:
            return Fraction(0)
        return Fraction(self.share_numerator, self.share_denominator)


class PropertyTransferItem(models.Model):
    """Something still open when a unit changes hands, and what is done about it."""

    _name = "property.transfer.item"
    _description = "Open item of a transfer"
    _inherit = ["property.scope.mixin"]
    _order = "transfer_id, sequence, id"
    _rec_name = "label"

    transfer_id = fields.Many2one(
        "property.transfer", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(
        related="transfer_id.community_id", store=True, index=True, precompute=True, required=False
    )
    sequence = fields.Integer()
    key = fields.Char(required=True, readonly=True)
    label = fields.Char(required=True, readonly=True)
    amount = fields.Monetary(
        readonly=True, help="Above zero: owed by the old owners. Below zero: owed to them."
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    choice = fields.Selection(
        [
            ("settle", "Settle before"),
            ("carry_over", "New owners take over"),
            ("refund", "Pay back"),
        ],
        required=True,
        default="settle",
    )
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    note = fields.Char(readonly=True)

    def write(self, vals):
        for item in self:
            if item.transfer_id.state not in ("draft", "checked"):
                raise UserError(
                    self.env._(
                        "Transfer %(transfer)s is closed; its items stay as they were.",
                        transfer=item.transfer_id.display_name,
                    )
                )
        return super().write(vals)

    def action_open(self):
        """Open the document behind the item."""
        self.ensure_one()
        if not self.res_model or not self.res_id:
            return False
        return self.env[self.res_model].browse(self.res_id).get_formview_action()


def _iso(value):
    return value.isoformat() if value else False
