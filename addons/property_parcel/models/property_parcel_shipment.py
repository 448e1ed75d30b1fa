# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.property_base.models.masked_char import MaskedChar

from .messages import clean_waybill

OWN = "property_parcel.group_parcel_desk,base.group_portal"


class PropertyParcelShipment(models.Model):
    """A parcel that a resident sends: asked for, checked, collected, handed on (PAR-19, PAR-20)."""

    _name = "property.parcel.shipment"
    _description = "Outgoing parcel"
    _inherit = [
        "property.scope.mixin",
        "property.flow.mixin",
        "property.parcel.personal.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"

    name = fields.Char(string="Number", required=True, readonly=True, default="/", copy=False)
    state = fields.Selection(
        [
            ("requested", "Requested"),
            ("accepted", "Accepted"),
            ("checked", "Opened and checked"),
            ("collected", "Collected"),
            ("handed_on", "Handed to the carrier"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="requested",
        copy=False,
        tracking=True,
        index=True,
    )
    unit_id = fields.Many2one(
        "property.unit", index="btree_not_null", domain="[('community_id', '=?', community_id)]"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Sender", required=True, index=True, groups=OWN
    )
    phone = MaskedChar(groups=OWN)
    carrier_id = fields.Many2one(
        "property.parcel.carrier", string="Courier company", check_company=True
    )
    courier_id = fields.Many2one(
        "property.parcel.courier", string="Courier", domain="[('carrier_id', '=', carrier_id)]"
    )
    station_id = fields.Many2one(
        "property.parcel.station", domain="[('community_id', '=', community_id)]"
    )
    wanted_at = fields.Datetime(string="Collect from")
    at_door = fields.Boolean(string="Collect at the door")
    receiver_name = fields.Char(groups=OWN)
    receiver_phone = MaskedChar(groups=OWN)
    receiver_address = fields.Char(groups=OWN)
    kind = fields.Selection(
        [("letter", "Letter"), ("parcel", "Parcel")], required=True, default="parcel"
    )
    content = fields.Char(required=True, help="What is in it, as the sender declares.")
    weight_kg = fields.Float(string="Weight (kg)", digits=(8, 3))
    payment = fields.Selection(
        [("sender", "Paid by the sender"), ("receiver", "Paid by the receiver")],
        required=True,
        default="sender",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(string="Postage")
    amount_taken_at = fields.Datetime(string="Postage taken on", readonly=True, copy=False)
    waybill = fields.Char(copy=False, index="btree_not_null")
    # Acceptance check
    agreement_id = fields.Many2one(
        "property.parcel.agreement",
        string="Security agreement",
        domain="[('partner_id', '=', partner_id)]",
        help="Senders with a valid agreement are exempt from the opening of every item.",
    )
    prohibited_confirmed = fields.Boolean(string="Nothing prohibited in it", copy=False)
    prohibited_id = fields.Many2one("property.parcel.prohibited", string="Found in it", copy=False)
    checked_at = fields.Datetime(string="Opened and checked on", readonly=True, copy=False)
    checked_user_id = fields.Many2one("res.users", string="Checked by", readonly=True, copy=False)
    refuse_reason = fields.Char(copy=False)
    # Papers that go out to the sender and come back
    form_out_at = fields.Datetime(string="Form given out", readonly=True, copy=False)
    form_back_at = fields.Datetime(string="Form came back", readonly=True, copy=False)
    paper_ticked_at = fields.Datetime(string="Papers handed in", readonly=True, copy=False)
    settlement_id = fields.Many2one(
        "property.parcel.settlement", readonly=True, copy=False, index="btree_not_null"
    )

    _waybill_uniq = models.UniqueIndex(
        "(carrier_id, waybill) WHERE waybill IS NOT NULL",
        "Another outgoing parcel has this waybill already.",
    )
    _amount_positive = models.Constraint(
        "CHECK (amount IS NULL OR amount >= 0)", "Postage cannot be negative."
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                code = "property.parcel.shipment"
                vals["name"] = self.env["ir.sequence"].next_by_code(code) or "/"
            if vals.get("waybill"):
                vals["waybill"] = clean_waybill(self.env, vals["waybill"])
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("waybill"):
            vals = {**vals, "waybill": clean_waybill(self.env, vals["waybill"])}
        return super().write(vals)

    def _require(self, *states):
        for shipment in self:
            if shipment.state not in states:
                raise UserError(
                    self.env._(
                        "%(name)s is at another step now; reload the page.", name=shipment.name
                    )
                )

    def action_accept(self):
        """A courier company takes the request."""
        self._require("requested")
        for shipment in self:
            if not shipment.carrier_id:
                raise UserError(self.env._("Choose the courier company that collects it."))
        self._set_state("accepted")
        return True

    def _accept_by(self, courier):
        """A courier takes the request on the phone; of two at once one gets it."""
        self.ensure_one()
        self._lock_flow()
        self._require("requested")
        self.write({"courier_id": courier.id, "carrier_id": courier.carrier_id.id})
        return self.action_accept()

    def _collect_by(self, courier, waybill, *, confirmed):
        """The courier opened and checked the item, wrote the waybill and takes it along.

        :param confirmed: nothing prohibited is in it
        """
        self.ensure_one()
        self._lock_flow()
        self._require("accepted", "checked")
        if self.courier_id != courier:
            raise UserError(self.env._("Another courier collects %(name)s.", name=self.name))
        self.write({"waybill": waybill, "prohibited_confirmed": confirmed})
        if self.state == "accepted" and not self._is_exempt():
            self.action_check()
        self.action_collect()
        self.message_post(
            body=self.env._("Opened, checked and collected by %(name)s.", name=courier.name)
        )
        return True

    def action_give_form(self):
        """Give the sender a form to fill in."""
        self._require("requested", "accepted")
        self.write({"form_out_at": fields.Datetime.now()})
        return True

    def action_take_form(self):
        """The filled form came back."""
        for shipment in self:
            if not shipment.form_out_at:
                raise UserError(self.env._("No form was given out."))
        self.write({"form_back_at": fields.Datetime.now()})
        return True

    def action_check(self):
        """Set the stamp 'opened and checked'; a hit ends the request and opens an incident."""
        self._require("accepted")
        for shipment in self:
            if shipment.prohibited_id:
                shipment._refuse_prohibited()
                continue
            if not shipment.prohibited_confirmed:
                raise UserError(
                    self.env._(
                        "Look at the content against the list of prohibited goods, and confirm it."
                    )
                )
            shipment._set_state(
                "checked", checked_at=fields.Datetime.now(), checked_user_id=self.env.uid
            )
        return True

    def _refuse_prohibited(self):
        self.env["property.parcel.incident"].create(
            {
                "kind": "prohibited",
                "community_id": self.community_id.id,
                "shipment_id": self.id,
                "description": f"{self.prohibited_id.name}: {self.content}",
            }
        )
        self._set_state("refused", refuse_reason=self.prohibited_id.name)

    def action_collect(self):
        """The courier has it in hand."""
        for shipment in self:
            if not shipment._is_exempt():
                shipment._require("checked")
            shipment._require("accepted", "checked")
            if not shipment.waybill:
                raise UserError(self.env._("Enter the waybill number that the courier wrote out."))
            vals = {}
            if shipment.payment == "sender" and shipment.amount and not shipment.amount_taken_at:
                vals["amount_taken_at"] = fields.Datetime.now()
            shipment._set_state("collected", **vals)
        self._on_collected()
        return True

    def _is_exempt(self):
        """Tell whether the item need not be opened: a letter, or a sender with an agreement."""
        self.ensure_one()
        return self.kind == "letter" or bool(self.agreement_id and self.agreement_id._is_valid())

    def action_hand_on(self):
        """Papers and parcel are with the carrier."""
        self._require("collected")
        self._set_state("handed_on", paper_ticked_at=fields.Datetime.now())
        return True

    def action_refuse(self):
        """The sender does not let it be opened, or it cannot be sent."""
        self._require("requested", "accepted")
        for shipment in self:
            if not shipment.refuse_reason:
                raise UserError(self.env._("Enter why the parcel is refused."))
        self._set_state("refused")
        return True

    def action_cancel(self):
        """The sender gives it up."""
        self._require("requested", "accepted")
        self._set_state("cancelled")
        return True

    def _on_collected(self):
        """Act after a parcel was collected (hook): post the postage."""


class PropertyParcelAgreement(models.Model):
    """A security agreement with a sender of many parcels (PAR-20)."""

    _name = "property.parcel.agreement"
    _description = "Security agreement of a sender"
    _inherit = ["property.scope.mixin"]
    _order = "end_date desc, id desc"

    partner_id = fields.Many2one("res.partner", string="Sender", required=True, index=True)
    reference = fields.Char(required=True)
    start_date = fields.Date(required=True, default=fields.Date.context_today)
    end_date = fields.Date()
    document = fields.Binary(attachment=True)

    @api.depends("partner_id.name", "reference")
    def _compute_display_name(self):
        for agreement in self:
            agreement.display_name = (
                f"{agreement.partner_id.name or ''} {agreement.reference or ''}"
            )

    def _is_valid(self):
        today = fields.Date.context_today(self)
        return self.start_date <= today and (not self.end_date or today <= self.end_date)
