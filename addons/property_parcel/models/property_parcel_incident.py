# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

APPEAL_DAYS = 30


class PropertyParcelIncident(models.Model):
    """Refused, damaged, lost, wrong addressee, prohibited goods, complaint; and the claim."""

    _name = "property.parcel.incident"
    _description = "Parcel incident"
    _inherit = [
        "property.scope.mixin",
        "property.flow.mixin",
        "property.evidence.mixin",
        "property.escalation.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"

    name = fields.Char(string="Number", required=True, readonly=True, default="/", copy=False)
    kind = fields.Selection(
        [
            ("refused", "Refused"),
            ("damaged", "Damaged"),
            ("lost", "Lost"),
            ("wrong_addressee", "Wrong addressee"),
            ("found", "Found without an addressee"),
            ("prohibited", "Prohibited goods"),
            ("complaint", "Complaint"),
            ("enquiry", "Enquiry"),
        ],
        required=True,
        tracking=True,
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("claimed", "Claim raised"),
            ("settled", "Settled"),
            ("rejected", "Claim rejected"),
            ("appealed", "With the postal authority"),
            ("closed", "Closed"),
        ],
        required=True,
        readonly=True,
        default="open",
        tracking=True,
        copy=False,
    )
    parcel_id = fields.Many2one(
        "property.parcel", index="btree_not_null", domain="[('community_id', '=', community_id)]"
    )
    shipment_id = fields.Many2one("property.parcel.shipment", index="btree_not_null")
    carrier_id = fields.Many2one(
        "property.parcel.carrier",
        string="Courier company",
        compute="_compute_carrier_id",
        store=True,
        readonly=False,
    )
    courier_id = fields.Many2one("property.parcel.courier", string="Courier")
    happened_at = fields.Datetime(required=True, default=fields.Datetime.now, string="When")
    user_id = fields.Many2one(
        "res.users", string="Handled by", default=lambda self: self.env.user, required=True
    )
    complainant_id = fields.Many2one(
        "res.partner", string="Complained by", index="btree_not_null", copy=False
    )
    description = fields.Text()
    answer = fields.Text(help="What the resident was told.")
    answered_at = fields.Datetime(string="Answered on", readonly=True, copy=False)
    appeal_due_date = fields.Date(
        string="Answer due",
        compute="_compute_appeal_due_date",
        store=True,
        help="A complaint is answered within 30 days; after that, or when dissatisfied, the "
        "resident may appeal to the postal authority.",
    )
    is_dissatisfied = fields.Boolean(
        string="Resident dissatisfied", readonly=True, copy=False, tracking=True
    )
    appealed_date = fields.Date(string="Appealed on", readonly=True, copy=False)
    authority_id = fields.Many2one("property.authority", string="Postal authority")
    appeal_answer_due_date = fields.Date(
        string="Decision due",
        compute="_compute_appeal_answer_due_date",
        store=True,
        help="The postal authority decides within 30 days of the appeal.",
    )
    appeal_answer = fields.Text(string="Decision of the authority", copy=False)
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late", string="Late")
    currency_id = fields.Many2one(related="company_id.currency_id")
    value_amount = fields.Monetary(string="Value of the goods")
    claim_amount = fields.Monetary(string="Claimed", tracking=True)
    settled_amount = fields.Monetary(string="Settled", tracking=True)
    claimed_date = fields.Date(string="Claim raised on", readonly=True, copy=False)
    settled_date = fields.Date(string="Settled on", readonly=True, copy=False)

    _amounts_positive = models.Constraint(
        "CHECK (COALESCE(value_amount, 0) >= 0 AND COALESCE(claim_amount, 0) >= 0 "
        "AND COALESCE(settled_amount, 0) >= 0)",
        "Amounts cannot be negative.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        closed = [vals.pop("state", "open") == "closed" for vals in vals_list]
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                code = "property.parcel.incident"
                vals["name"] = self.env["ir.sequence"].next_by_code(code) or "/"
        incidents = super().create(vals_list)
        for incident, is_closed in zip(incidents, closed, strict=True):
            if is_closed:
                incident._set_state("closed")
            if incident.kind in ("complaint", "enquiry"):
                incident._on_complaint()
        return incidents

    @api.depends("parcel_id", "shipment_id")
    def _compute_carrier_id(self):
        for incident in self:
            incident.carrier_id = (
                incident.parcel_id.carrier_id
                or incident.shipment_id.carrier_id
                or incident.carrier_id
            )

    @api.depends("kind", "happened_at")
    def _compute_appeal_due_date(self):
        for incident in self:
            incident.appeal_due_date = (
                fields.Date.add(incident.happened_at.date(), days=APPEAL_DAYS)
                if incident.kind == "complaint" and incident.happened_at
                else False
            )

    @api.depends("appealed_date")
    def _compute_appeal_answer_due_date(self):
        for incident in self:
            day = incident.appealed_date
            incident.appeal_answer_due_date = day and fields.Date.add(day, days=APPEAL_DAYS)

    @api.depends("state", "appeal_due_date", "appeal_answer_due_date")
    def _compute_is_late(self):
        late = self.filtered_domain(self._late_domain())
        for incident in self:
            incident.is_late = incident in late

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._late_domain()

    @api.model
    def _late_domain(self):
        """Return which complaints and appeals are past their day."""
        today = fields.Date.context_today(self)
        answer = Domain("state", "=", "open") & Domain("appeal_due_date", "<", today)
        decision = Domain("state", "=", "appealed") & Domain("appeal_answer_due_date", "<", today)
        return answer | decision

    def _get_evidence_type(self):
        """Extend `property_base`: policies may ask for photos by kind."""
        return self.kind

    def _require(self, *states):
        for incident in self:
            if incident.state not in states:
                raise UserError(
                    self.env._(
                        "%(name)s is at another step now; reload the page.", name=incident.name
                    )
                )

    def action_claim(self):
        """Raise a claim against the courier company."""
        self._require("open")
        for incident in self:
            if not incident.carrier_id or not incident.claim_amount:
                raise UserError(
                    self.env._("A claim names the courier company and the amount claimed.")
                )
            if not incident.evidence_ids and incident.kind == "damaged":
                raise UserError(self.env._("Add at least one photo of the damage first."))
        self._set_state("claimed", claimed_date=fields.Date.context_today(self))
        self._on_claimed()
        return True

    def action_settle(self):
        """The courier company pays."""
        self._require("claimed")
        for incident in self:
            if not incident.settled_amount:
                raise UserError(self.env._("Enter the amount that was settled."))
        self._set_state("settled", settled_date=fields.Date.context_today(self))
        self._on_settled()
        return True

    def action_reject(self):
        """The courier company rejects the claim."""
        self._require("claimed")
        self._set_state("rejected")
        return True

    def action_close(self):
        """Close an incident; a complaint needs its answer."""
        self._require("open", "settled", "rejected", "appealed")
        for incident in self:
            if incident.state == "appealed" and not incident.appeal_answer:
                raise UserError(self.env._("Enter what the postal authority decided."))
            if incident.kind in ("complaint", "enquiry") and not incident.answer:
                raise UserError(self.env._("Enter what the resident was told."))
            incident._check_evidence()
        self._set_state("closed", answered_at=fields.Datetime.now())
        return True

    def action_reopen(self):
        """Take a closed incident up again."""
        self._require("closed", "rejected")
        self._set_state("open")
        return True

    def action_appeal(self):
        """The resident, still dissatisfied, goes to the postal authority (PAR-28)."""
        self._require("open", "closed")
        for incident in self:
            if incident.kind != "complaint":
                raise UserError(self.env._("Only complaints go to the postal authority."))
            if not incident.answer:
                raise UserError(self.env._("Answer the complaint before it goes further."))
        self._set_state("appealed", appealed_date=fields.Date.context_today(self))
        return True

    def _note_dissatisfied(self, text):
        """Take a complaint up again because the resident is not satisfied with the answer."""
        self.ensure_one()
        self._require("closed")
        self._set_state("open", is_dissatisfied=True)
        self.message_post(body=self.env._("The resident is not satisfied: %(text)s", text=text))

    def _on_complaint(self):
        """Act on a new complaint or enquiry (hook): open a case."""

    def _on_claimed(self):
        """Act after a claim was raised (hook)."""

    def _on_settled(self):
        """Act after a claim was settled (hook): book the money."""
