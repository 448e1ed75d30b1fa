# SPDX-License-Identifier: LGPL-3.0-or-later
import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.property_base.models.masked_char import MaskedChar

from ..rules import admission

MOST_ANNOUNCED = 1000


class PropertyParcelCourier(models.Model):
    """A courier or a rider who brings meals (PAR-02, PAR-36)."""

    _name = "property.parcel.courier"
    _description = "Courier"
    _inherit = ["property.parcel.personal.mixin", "property.flow.mixin", "mail.thread"]
    _order = "name, id"

    name = fields.Char(required=True, tracking=True)
    kind = fields.Selection(
        [("courier", "Courier"), ("rider", "Meal rider")], required=True, default="courier"
    )
    carrier_id = fields.Many2one(
        "property.parcel.carrier", string="Courier company", index=True, check_company=True
    )
    platform = fields.Char(help="Delivery platform of a meal rider.")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    phone = MaskedChar()
    image = fields.Image(string="Photo", max_width=1024, max_height=1024)
    certificate_number = fields.Char(string="Vocational certificate")
    certificate_end_date = fields.Date(string="Certificate until")
    is_certified = fields.Boolean(compute="_compute_is_certified", string="Certified")
    rules_accepted_date = fields.Date(string="Accepted the rules on", tracking=True)
    state = fields.Selection(
        [("active", "Active"), ("suspended", "Suspended"), ("barred", "Barred")],
        required=True,
        readonly=True,
        default="active",
        tracking=True,
    )
    suspended_reason = fields.Char(tracking=True)
    active = fields.Boolean(default=True)
    station_ids = fields.Many2many("property.parcel.station", string="Stations served")
    pass_ids = fields.One2many("property.parcel.courier.pass", "courier_id", string="Passes")
    breach_ids = fields.One2many("property.parcel.breach", "courier_id", string="Breaches")
    breach_count = fields.Integer(compute="_compute_breach_count")
    parcel_count = fields.Integer(compute="_compute_breach_count", string="Parcels")

    @api.depends("certificate_number", "certificate_end_date")
    def _compute_is_certified(self):
        today = fields.Date.context_today(self)
        for courier in self:
            end = courier.certificate_end_date
            courier.is_certified = bool(courier.certificate_number and (not end or end >= today))

    def _compute_breach_count(self):
        counts = dict(
            self.env["property.parcel"]._read_group(
                [("courier_id", "in", self.ids)], ["courier_id"], ["__count"]
            )
        )
        for courier in self:
            courier.breach_count = len(courier.breach_ids)
            courier.parcel_count = counts.get(courier, 0)

    @api.constrains("kind", "carrier_id")
    def _check_carrier_id(self):
        for courier in self:
            if courier.kind == "courier" and not courier.carrier_id:
                raise ValidationError(self.env._("A courier works for a courier company."))

    def action_suspend(self):
        """Take entry away for a while."""
        for courier in self:
            if not courier.suspended_reason:
                raise UserError(self.env._("Enter why the courier is suspended."))
        self._set_state("suspended")
        return True

    def action_bar(self):
        """Take entry away for good."""
        self._set_state("barred")
        return True

    def action_reinstate(self):
        """Give entry back."""
        self._set_state("active")
        return True


class PropertyParcelCourierPass(models.Model):
    """One person, one vehicle, one pass (PAR-03)."""

    _name = "property.parcel.courier.pass"
    _description = "Courier pass"
    _inherit = ["property.scope.mixin", "property.flow.mixin", "mail.thread"]
    _order = "id desc"

    name = fields.Char(string="Number", required=True, readonly=True, default="/", copy=False)
    token = fields.Char(readonly=True, copy=False, default=lambda self: secrets.token_urlsafe(12))
    courier_id = fields.Many2one(
        "property.parcel.courier", required=True, index=True, ondelete="restrict"
    )
    carrier_id = fields.Many2one(related="courier_id.carrier_id", store=True)
    kind = fields.Selection(related="courier_id.kind", store=True)
    image = fields.Image(related="courier_id.image")
    plate = fields.Char(string="Plate", required=True)
    vehicle = fields.Selection(
        [
            ("van", "Van"),
            ("tricycle", "Electric tricycle"),
            ("electric_two_wheeler", "Electric two-wheeler"),
            ("other", "Other"),
        ],
        required=True,
        default="tricycle",
    )
    closed_body = fields.Boolean(string="Closed body", default=True)
    company_marking = fields.Boolean(string="Marked with the company", default=True)
    canopy = fields.Boolean(string="Rain canopy")
    inner_shuttle = fields.Boolean(
        string="Stays inside", help="A shuttle that does not leave the community."
    )
    stopping_place = fields.Char(string="Stopping place", help="Where the vehicle may stand.")
    stopping_minutes = fields.Integer(string="May stand (minutes)", default=30)
    start_date = fields.Date(required=True, default=fields.Date.context_today)
    end_date = fields.Date()
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("active", "Active"),
            ("suspended", "Suspended"),
            ("revoked", "Revoked"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    entry_ids = fields.One2many("property.parcel.entry", "pass_id", string="Entries")

    _person_uniq = models.UniqueIndex(
        "(community_id, courier_id) WHERE state IN ('active', 'suspended')",
        "This person has a pass for the community already: one person, one vehicle, one pass.",
    )
    _plate_uniq = models.UniqueIndex(
        "(community_id, plate) WHERE state IN ('active', 'suspended')",
        "This vehicle has a pass for the community already: one person, one vehicle, one pass.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                code = "property.parcel.courier.pass"
                vals["name"] = self.env["ir.sequence"].next_by_code(code) or "/"
            vals["plate"] = admission.plate_key(vals.get("plate"))
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("plate"):
            vals = {**vals, "plate": admission.plate_key(vals["plate"])}
        return super().write(vals)

    def _facts(self, today):
        """Return the pass as the rule knows it."""
        self.ensure_one()
        courier = self.courier_id
        return admission.Pass(
            state=self.state,
            start=self.start_date,
            end=self.end_date,
            plate=self.plate,
            rider=courier.kind == "rider",
            vehicle=self.vehicle,
            canopy=self.canopy,
            closed_body=self.closed_body,
            marked=self.company_marking,
            accepted_rules=bool(courier.rules_accepted_date),
            courier_state=courier.state,
            licence=courier.carrier_id.licence_state if courier.carrier_id else "missing",
            needs_licence=courier.kind == "courier"
            and self.community_id._get_parameter("parcel_licence_policy") == "block",
        )

    def _get_reasons(self, codes):
        """Return refusals in words."""
        _ = self.env._
        names = {
            "pass_draft": _("The pass is not active yet."),
            "pass_suspended": _("The pass is suspended."),
            "pass_revoked": _("The pass is revoked."),
            "pass_expired": _("The pass is not valid today."),
            "courier_suspended": _("The courier is suspended."),
            "courier_barred": _("The courier is barred."),
            "rules_not_accepted": _("The courier has not accepted the rules of the estate."),
            "licence_missing": _("The courier company has no licence."),
            "licence_expired": _("The licence of the courier company has expired."),
            "plate_mismatch": _("The plate is not the one on the pass."),
            "rider_vehicle": _("Meals come on two-wheeled electric vehicles only."),
            "rider_canopy": _("Vehicles with a canopy are not admitted."),
            "vehicle_unmarked": _("The vehicle needs a closed body and the company's marking."),
        }
        return [names[code] for code in codes]

    def _answer_gate(self, plate=None):
        """Return whether this pass opens the gate now; the answer is logged (PAR-03).

        :param plate: plate read at the gate, None when the gate reads none
        :return: dict ``admitted``, ``reasons``, ``name``, ``carrier``, ``plate``, ``place``,
            ``minutes``
        """
        self.ensure_one()
        today = fields.Date.context_today(self)
        codes = admission.refusals(self._facts(today), today, plate)
        reasons = self._get_reasons(codes)
        # sudo: the log is written by the gate, not by hand
        self.env["property.parcel.entry"].sudo().create(
            {
                "pass_id": self.id,
                "community_id": self.community_id.id,
                "plate": plate or self.plate,
                "admitted": not codes,
                "reason": " ".join(reasons),
            }
        )
        return {
            "admitted": not codes,
            "reasons": reasons,
            "name": self.courier_id.name,
            "carrier": self.carrier_id.name or self.courier_id.platform or "",
            "plate": self.plate,
            "place": self.stopping_place or "",
            "minutes": self.stopping_minutes,
        }

    @api.model
    def _find_pass(self, token):
        """Return the pass with this QR code or number, or an empty record."""
        token = (token or "").strip()
        return self.search(
            ["|", ("token", "=", token), ("name", "=ilike", token.replace("%", ""))], limit=1
        )

    @api.model
    def get_admission(self, token, plate=None):
        """Answer the gate: may the holder of this pass come in? (for guards and devices)"""
        self.check_access("read")
        found = self._find_pass(token)
        if not found:
            return {"admitted": False, "reasons": [self.env._("This pass is not known here.")]}
        return found._answer_gate(plate)

    def action_activate(self):
        """Issue the pass."""
        for one in self:
            codes = admission.refusals(
                one._facts(fields.Date.context_today(self)), one.start_date, None
            )
            codes = [code for code in codes if code not in ("pass_draft", "pass_suspended")]
            if codes:
                raise UserError(" ".join(self._get_reasons(codes)))
        self._set_state("active")
        return True

    def action_suspend(self):
        """Suspend the pass."""
        self._set_state("suspended")
        return True

    def action_revoke(self):
        """Take the pass back."""
        self._set_state("revoked")
        return True

    def _get_page_url(self):
        """Return the page of the courier for the phone."""
        self.ensure_one()
        return f"{self.get_base_url()}/parcel/courier/{self.token}"

    def action_open_page(self):
        """Open what the courier sees on the phone."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self._get_page_url(), "target": "new"}

    def _get_page_collections(self):
        """Return the outgoing parcels that this courier may accept, or has accepted."""
        self.ensure_one()
        carrier = self.carrier_id
        common = Domain("community_id", "=", self.community_id.id)
        free = Domain("state", "=", "requested") & Domain("carrier_id", "in", [False, carrier.id])
        own = Domain("state", "in", ("accepted", "checked")) & Domain(
            "courier_id", "=", self.courier_id.id
        )
        shipments = self.env["property.parcel.shipment"]
        return shipments.search(common & (free | own), limit=50, order="wanted_at, id")

    def _get_page_announced(self):
        """Return how many parcels this courier has announced and not brought yet."""
        self.ensure_one()
        return self.env["property.parcel"].search_count(
            [
                ("courier_id", "=", self.courier_id.id),
                ("community_id", "=", self.community_id.id),
                ("state", "=", "expected"),
            ]
        )

    def _announce(self, text):
        """Announce a batch from the phone: a waybill per line, and for whom.

        :return: (number announced, list of lines that were not, with the reason)
        """
        self.ensure_one()
        if self._get_page_announced() >= MOST_ANNOUNCED:
            raise UserError(
                self.env._("Bring what is announced first; then announce the next batch.")
            )
        station = self.courier_id.station_ids.filtered(
            lambda one: one.community_id == self.community_id
        )[:1] or self.env["property.parcel.station"]._get_default(self.community_id)
        if not station:
            raise UserError(self.env._("The community has no parcel station yet."))
        return self.env["property.parcel.bulk"]._announce(station, self.courier_id, text)

    def action_try(self):
        """Show what the gate would answer, with the plate on the pass."""
        self.ensure_one()
        answer = self._answer_gate(self.plate)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Admitted") if answer["admitted"] else self.env._("Refused"),
                "message": " ".join(answer["reasons"]) or answer["name"],
                "type": "success" if answer["admitted"] else "danger",
            },
        }


class PropertyParcelEntry(models.Model):
    """An answer that the gate got (PAR-33)."""

    _name = "property.parcel.entry"
    _description = "Courier entry"
    _inherit = ["property.scope.mixin"]
    _order = "id desc"
    _property_live = False

    pass_id = fields.Many2one(
        "property.parcel.courier.pass", required=True, index=True, ondelete="cascade"
    )
    courier_id = fields.Many2one(related="pass_id.courier_id", store=True, index=True)
    asked_at = fields.Datetime(string="When", required=True, default=fields.Datetime.now)
    plate = fields.Char()
    admitted = fields.Boolean()
    reason = fields.Char()
    left_at = fields.Datetime(string="Left", readonly=True)
    due_out_at = fields.Datetime(
        string="May stand until", compute="_compute_due_out_at", store=True, precompute=True
    )
    is_over = fields.Boolean(string="Stands too long", compute="_compute_is_over")

    @api.depends("asked_at", "admitted", "pass_id")
    def _compute_due_out_at(self):
        for entry in self:
            minutes = entry.pass_id.stopping_minutes
            entry.due_out_at = (
                fields.Datetime.add(entry.asked_at, minutes=minutes)
                if entry.admitted and minutes and not entry.pass_id.inner_shuttle
                else False
            )

    @api.depends("due_out_at", "left_at")
    def _compute_is_over(self):
        now = fields.Datetime.now()
        for entry in self:
            entry.is_over = bool(entry.due_out_at) and (entry.left_at or now) > entry.due_out_at

    def action_leave(self):
        """The vehicle has left."""
        self.check_access("read")
        inside = self.filtered(lambda one: one.admitted and not one.left_at)
        inside.sudo().write({"left_at": fields.Datetime.now()})  # sudo: the log of the gate
        return True


class PropertyParcelBreach(models.Model):
    """A breach of the rules; several bar the person (PAR-36)."""

    _name = "property.parcel.breach"
    _description = "Breach by a courier"
    _inherit = ["property.scope.mixin"]
    _order = "happened_at desc, id desc"

    courier_id = fields.Many2one("property.parcel.courier", required=True, index=True)
    happened_at = fields.Datetime(string="When", required=True, default=fields.Datetime.now)
    kind = fields.Selection(
        [
            ("speed", "Too fast"),
            ("parking", "Stood in the wrong place"),
            ("vehicle", "Wrong vehicle"),
            ("conduct", "Conduct"),
            ("parcel", "Parcels thrown or left in the open"),
        ],
        required=True,
        default="conduct",
    )
    note = fields.Char()
    user_id = fields.Many2one(
        "res.users", string="Noted by", required=True, default=lambda self: self.env.user
    )

    @api.depends("courier_id.name", "kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for breach in self:
            breach.display_name = f"{breach.courier_id.name or ''}: {kinds.get(breach.kind, '')}"

    @api.model_create_multi
    def create(self, vals_list):
        breaches = super().create(vals_list)
        for community, group in breaches.grouped("community_id").items():
            limit = community._get_parameter("parcel_breaches_to_bar")
            since = fields.Datetime.subtract(fields.Datetime.now(), months=12)
            for courier in group.courier_id:
                count = self.search_count(
                    [("courier_id", "=", courier.id), ("happened_at", ">=", since)]
                )
                if limit and count >= limit and courier.state != "barred":
                    courier._set_state("barred")
        return breaches
