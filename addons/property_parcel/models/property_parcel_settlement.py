# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyParcelSettlement(models.Model):
    """Money taken for a courier company and handed on to it (PAR-24)."""

    _name = "property.parcel.settlement"
    _description = "Settlement with a courier company"
    _inherit = ["property.scope.mixin", "property.flow.mixin", "mail.thread"]
    _order = "id desc"

    name = fields.Char(string="Number", required=True, readonly=True, default="/", copy=False)
    carrier_id = fields.Many2one(
        "property.parcel.carrier", string="Courier company", required=True, check_company=True
    )
    settle_date = fields.Date(string="Day", required=True, default=fields.Date.context_today)
    state = fields.Selection(
        [("draft", "Draft"), ("handed_on", "Handed on"), ("cancelled", "Cancelled")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    parcel_ids = fields.One2many("property.parcel", "settlement_id", string="Cash on delivery")
    shipment_ids = fields.One2many("property.parcel.shipment", "settlement_id", string="Postage")
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(compute="_compute_amount", store=True, string="To hand on")
    received_by = fields.Char(string="Received by", copy=False)
    handed_on_at = fields.Datetime(string="Handed on", readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                code = "property.parcel.settlement"
                vals["name"] = self.env["ir.sequence"].next_by_code(code) or "/"
        return super().create(vals_list)

    @api.depends("parcel_ids.cod_collected_amount", "shipment_ids.amount")
    def _compute_amount(self):
        for settlement in self:
            settlement.amount = sum(settlement.parcel_ids.mapped("cod_collected_amount")) + sum(
                settlement.shipment_ids.mapped("amount")
            )

    def _require(self, *states):
        for settlement in self:
            if settlement.state not in states:
                raise UserError(
                    self.env._(
                        "%(name)s is at another step now; reload the page.", name=settlement.name
                    )
                )

    def action_fill(self):
        """Put all money of the company on it that is not handed on yet."""
        self._require("draft")
        for settlement in self:
            common = [
                ("community_id", "=", settlement.community_id.id),
                ("carrier_id", "=", settlement.carrier_id.id),
                ("settlement_id", "=", False),
            ]
            parcels = self.env["property.parcel"].search(
                [*common, ("cod_collected_at", "!=", False)]
            )
            parcels.write({"settlement_id": settlement.id})
            shipments = self.env["property.parcel.shipment"].search(
                [*common, ("amount_taken_at", "!=", False)]
            )
            shipments.write({"settlement_id": settlement.id})
        return True

    def action_hand_on(self):
        """The money is with the courier company."""
        self._lock_flow()
        self._require("draft")
        for settlement in self:
            if not settlement.amount:
                raise UserError(self.env._("There is no money on this settlement. Fill it first."))
            if not settlement.received_by:
                raise UserError(self.env._("Enter who received the money."))
        self._set_state("handed_on", handed_on_at=fields.Datetime.now())
        self._on_handed_on()
        return True

    def action_cancel(self):
        """Give a draft up; its money is free for the next settlement."""
        self._require("draft")
        self.parcel_ids.write({"settlement_id": False})
        self.shipment_ids.write({"settlement_id": False})
        self._set_state("cancelled")
        return True

    def _on_handed_on(self):
        """Act after money was handed on (hook): post the payment."""
