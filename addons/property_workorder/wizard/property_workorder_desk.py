# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import plaintext2html


class PropertyWorkorderDesk(models.TransientModel):
    """The phone desk: who calls, what is open there, what to say (WKO-01, features 63, 81)."""

    _name = "property.workorder.desk"
    _description = "Phone Desk"

    name = fields.Char(default=lambda self: self.env._("Phone desk"))
    channel = fields.Selection(
        string="Intake channel",
        selection=[
            ("phone", "Phone"),
            ("desk", "Service desk"),
            ("gate", "Gate"),
            ("box", "Suggestion box"),
            ("hotline", "City hotline"),
            ("patrol", "Patrol finding"),
            ("staff", "Staff"),
        ],
        default="phone",
        required=True,
    )
    hotline_number = fields.Char()
    hotline_due_date = fields.Date()
    phone = fields.Char(string="Caller's number", help="Whole number, or its last digits.")
    found_ids = fields.Many2many("res.partner", compute="_compute_found_ids")
    partner_id = fields.Many2one(
        "res.partner",
        string="Caller",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        domain="['|', ('id', 'in', found_ids), ('property_is_resident', '=', True)]",
    )
    role_summary = fields.Char(related="partner_id.property_role_summary", string="Is")
    caller_name = fields.Char()
    community_id = fields.Many2one(
        "property.community",
        compute="_compute_place",
        store=True,
        readonly=False,
        default=lambda self: self._default_community_id(),
    )
    building_id = fields.Many2one(
        "property.building",
        compute="_compute_place",
        store=True,
        readonly=False,
        domain="[('community_id', '=?', community_id)]",
    )
    unit_ids = fields.Many2many(
        "property.unit", compute="_compute_unit_ids", string="Units of the caller"
    )
    unit_id = fields.Many2one(
        "property.unit",
        compute="_compute_unit_id",
        store=True,
        readonly=False,
        domain="[('community_id', '=?', community_id)]",
    )
    entrance_id = fields.Many2one(
        "property.entrance",
        compute="_compute_place",
        store=True,
        readonly=False,
        domain="[('building_id', '=?', building_id), ('community_id', '=?', community_id)]",
    )
    open_ids = fields.Many2many("property.workorder", compute="_compute_open")
    open_count = fields.Integer(compute="_compute_open")
    incident_text = fields.Text(compute="_compute_open")
    hint_text = fields.Text(compute="_compute_open")
    category_id = fields.Many2one("property.workorder.category")
    category_hint = fields.Text(compute="_compute_notes")
    competence_note = fields.Char(compute="_compute_notes")
    kind = fields.Selection(
        selection=lambda self: (
            self.env["property.workorder"]._fields["kind"]._description_selection(self.env)
        ),
        compute="_compute_category",
        store=True,
        readonly=False,
        required=True,
        default="repair",
    )
    is_urgent = fields.Boolean(
        string="Emergency", compute="_compute_category", store=True, readonly=False
    )
    severity = fields.Selection(
        [("ordinary", "Ordinary"), ("serious", "Serious"), ("collective", "Collective")],
        default="ordinary",
    )
    complaint_kind = fields.Selection(
        selection=lambda self: (
            self.env["property.workorder"]
            ._fields["complaint_kind"]
            ._description_selection(self.env)
        )
    )
    complained_user_ids = fields.Many2many("res.users", string="Complaint about")
    place = fields.Char()
    subject = fields.Char(string="What is wrong")
    description = fields.Text(string="More")
    appointment_start_at = fields.Datetime(string="Appointment")

    def _default_community_id(self):
        communities = self.env["property.community"].search([], limit=2)
        return communities if len(communities) == 1 else False

    @api.depends("phone")
    def _compute_found_ids(self):
        for desk in self:
            digits = "".join(filter(str.isdigit, desk.phone or ""))
            found = self.env["res.partner"]
            if len(digits) >= 4:
                found = found.search([("property_phone_search", "=", digits)], limit=20)
            desk.found_ids = found

    @api.depends("phone")
    def _compute_partner_id(self):
        for desk in self:
            found = desk.found_ids._origin
            if len(found) == 1:
                desk.partner_id = found
            elif found and desk.partner_id not in found:
                desk.partner_id = False

    @api.depends("partner_id")
    def _compute_unit_ids(self):
        for desk in self:
            desk.unit_ids = desk.partner_id.property_unit_ids

    @api.depends("partner_id")
    def _compute_unit_id(self):
        for desk in self:
            units = desk.partner_id.property_unit_ids
            if units and desk.unit_id not in units:
                desk.unit_id = units[:1]

    @api.depends("unit_id")
    def _compute_place(self):
        for desk in self:
            desk.community_id = desk.unit_id.community_id or desk.community_id
            desk.building_id = desk.unit_id.building_id or desk.building_id
            desk.entrance_id = desk.unit_id.entrance_id or desk.entrance_id

    @api.depends("unit_id", "building_id", "community_id", "partner_id", "category_id")
    def _compute_open(self):
        Order = self.env["property.workorder"]
        for desk in self:
            domain = Domain("is_open", "=", True)
            about = Domain.FALSE
            if desk.partner_id:
                about |= Domain("partner_id", "in", desk.partner_id._origin.ids)
            if desk.unit_id:
                about |= Domain("unit_id", "in", desk.unit_id._origin.ids)
            if desk.building_id:
                about |= Domain("building_id", "=", desk.building_id.id) & Domain(
                    "unit_id", "=", False
                )
            desk.open_ids = Order.search(domain & about, limit=20)
            desk.open_count = len(desk.open_ids)
            incidents = (
                self.env["property.incident"]._get_current(desk.community_id, desk.building_id)
                if desk.community_id
                else self.env["property.incident"]
            )
            desk.incident_text = "\n".join(filter(None, incidents.mapped("resident_text"))) or False
            hints = (
                self.env["property.building.hint"]._get_current(
                    desk.community_id, desk.building_id, desk.category_id
                )
                if desk.community_id
                else self.env["property.building.hint"]
            )
            desk.hint_text = "\n".join(hints.mapped("name")) or False

    @api.depends("category_id")
    def _compute_category(self):
        for desk in self:
            category = desk.category_id
            desk.kind = category._get_effective("kind") or desk.kind or "repair"
            desk.is_urgent = bool(category._get_effective("is_urgent"))

    @api.depends("category_id", "unit_id", "community_id")
    def _compute_notes(self):
        today = fields.Date.context_today(self)
        for desk in self:
            category = desk.category_id
            desk.category_hint = category._get_effective("hint") or False
            order = self.env["property.workorder"].new(
                {
                    "category_id": category.id,
                    "unit_id": desk.unit_id.id,
                    "community_id": desk.community_id.id,
                }
            )
            order.competence = order._get_competence(today)
            desk.competence_note = order.competence_note

    def _prepare_workorder_vals(self):
        self.ensure_one()
        return {
            "channel": self.channel,
            "hotline_number": self.hotline_number,
            "hotline_due_date": self.hotline_due_date,
            "partner_id": self.partner_id.id,
            "caller_name": self.caller_name,
            "caller_phone": self.phone if len(self.phone or "") >= 7 else False,
            "community_id": self.community_id.id,
            "building_id": self.building_id.id or self.entrance_id.building_id.id,
            "entrance_id": self.entrance_id.id,
            "unit_id": self.unit_id.id,
            "category_id": self.category_id.id,
            "kind": self.kind,
            "is_urgent": self.is_urgent,
            "severity": self.severity,
            "complaint_kind": self.complaint_kind,
            "complained_user_ids": [fields.Command.set(self.complained_user_ids.ids)],
            "place": self.place,
            "subject": self.subject,
            "description": self.description and plaintext2html(self.description),
            "appointment_start_at": self.appointment_start_at,
            "receiver_id": self.env.uid,
        }

    def _register_order(self):
        self.ensure_one()
        if not (self.subject or "").strip():
            raise UserError(self.env._("Enter what is wrong first."))
        if not self.community_id:
            raise UserError(self.env._("Choose the community or the unit first."))
        if self.channel == "hotline" and not self.hotline_number:
            raise UserError(self.env._("Enter the case number of the hotline first."))
        order = self.env["property.workorder"].create(self._prepare_workorder_vals())
        order.action_accept()
        return order

    def action_register(self):
        """Register the request and show it."""
        return self._register_order().get_formview_action()

    def action_register_next(self):
        """Register the request and take the next call."""
        order = self._register_order()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_workorder.property_workorder_desk_action"
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%(order)s is registered", order=order.display_name),
                "next": {**action, "views": [(False, "form")], "target": "main"},
            },
        }

    def action_urge(self):
        """The caller presses about what is open already: count it on the newest case."""
        self.ensure_one()
        order = self.open_ids[:1]
        if not order:
            raise UserError(self.env._("Nothing is open there."))
        order._urge(self.subject or "")
        return order.get_formview_action()
