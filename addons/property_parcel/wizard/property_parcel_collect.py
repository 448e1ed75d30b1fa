# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models


class PropertyParcelCollect(models.TransientModel):
    """Hand a parcel out against a code or a document, with signature and photo (PAR-12)."""

    _name = "property.parcel.collect"
    _description = "Hand out a parcel"

    parcel_id = fields.Many2one("property.parcel", required=True)
    unit_id = fields.Many2one(related="parcel_id.unit_id")
    addressee = fields.Char(related="parcel_id.addressee")
    slot_id = fields.Many2one(related="parcel_id.slot_id")
    waiting_days = fields.Integer(related="parcel_id.waiting_days")
    method = fields.Selection(
        [
            ("code", "Pick-up or proxy code"),
            ("identity", "Addressee, identity document"),
            ("household", "Member of the household, identity document"),
        ],
        required=True,
        default="code",
    )
    code = fields.Char(string="Pick-up code")
    person_ids = fields.Many2many("res.partner", compute="_compute_person_ids")
    partner_id = fields.Many2one(
        "res.partner", string="Received by", domain="[('id', 'in', person_ids)]"
    )
    name = fields.Char(string="Name in the document")
    identity = fields.Char(
        string="Document and last four characters", help="For example: ID 002X, passport 4411."
    )
    needs_reason = fields.Boolean(compute="_compute_needs_reason")
    next_slot = fields.Char(related="parcel_id.station_id.next_slot")
    reason = fields.Char(string="Reason outside the hours")
    signature = fields.Image(max_width=1024, max_height=1024)
    photo = fields.Image(max_width=1280, max_height=1280)
    currency_id = fields.Many2one(related="parcel_id.currency_id")
    cod_due = fields.Monetary(compute="_compute_cod_due", string="Due on delivery")
    cod_received = fields.Monetary(string="Money taken")

    @api.depends("parcel_id")
    def _compute_person_ids(self):
        for wizard in self:
            pairs = wizard.parcel_id._get_current_people() if wizard.parcel_id else set()
            wizard.person_ids = [person for unit, person in pairs]

    @api.depends("parcel_id")
    def _compute_needs_reason(self):
        for wizard in self:
            station = wizard.parcel_id.station_id
            wizard.needs_reason = bool(station) and not station._is_open(fields.Datetime.now())

    @api.depends("parcel_id")
    def _compute_cod_due(self):
        for wizard in self:
            parcel = wizard.parcel_id
            wizard.cod_due = 0 if parcel.cod_collected_at else parcel.cod_amount

    def action_collect(self):
        """Hand it out."""
        self.ensure_one()
        by_code = self.method == "code"
        self.parcel_id.action_collect(
            code=self.code if by_code else None,
            method=None if by_code else self.method,
            partner_id=self.partner_id.id if self.method == "household" else None,
            name=self.name,
            identity=self.identity,
            reason=self.reason,
            signature=self.signature,
            photo=self.photo,
            cod_received=self.cod_received if self.cod_due else None,
        )
        return {"type": "ir.actions.act_window_close"}
