# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..rules import admission, waybill
from ..rules.errors import RuleError
from .messages import rule_message


class PropertyParcelCarrier(models.Model):
    """A courier company: its licence, and how its waybill numbers look (PAR-01)."""

    _name = "property.parcel.carrier"
    _description = "Courier company"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, name, id"

    name = fields.Char(required=True, tracking=True)
    code = fields.Char(required=True, help="Short letters, as printed on labels: SF, YT, EMS.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner", string="Contact", help="With whom money is settled and claims are raised."
    )
    phone = fields.Char(string="Service phone")
    scope = fields.Selection(
        [
            ("domestic", "Domestic"),
            ("international", "International"),
            ("both", "Domestic and international"),
        ],
        required=True,
        default="domestic",
        tracking=True,
    )
    licence_number = fields.Char(
        tracking=True,
        help="Licence for express delivery (快递业务经营许可证).",
    )
    licence_start_date = fields.Date(string="Licence from", tracking=True)
    licence_end_date = fields.Date(string="Licence until", tracking=True)
    licence_state = fields.Selection(
        [
            ("valid", "Valid"),
            ("future", "Not valid yet"),
            ("expired", "Expired"),
            ("missing", "Missing"),
        ],
        compute="_compute_licence_state",
        search="_search_licence_state",
    )
    is_franchise = fields.Boolean(string="Franchise")
    franchise_signed_date = fields.Date(string="Franchise signed on")
    franchise_filed_date = fields.Date(
        string="Franchise filed on", help="With the postal authority, within 15 days of signing."
    )
    filing_late = fields.Boolean(compute="_compute_licence_state", string="Filing is late")
    waybill_prefixes = fields.Char(
        string="Numbers begin with", help="Several beginnings with commas between: SF, 7."
    )
    waybill_lengths = fields.Char(
        string="Length of the numbers", help="One length, several, or a range: 13, 15-17."
    )
    waybill_check = fields.Selection(
        [("s10", "Postal check digit (UPU S10)")], string="Check digit"
    )
    courier_ids = fields.One2many("property.parcel.courier", "carrier_id", string="Couriers")
    courier_count = fields.Integer(compute="_compute_courier_count")
    certified_percent = fields.Integer(
        string="Certified (%)",
        compute="_compute_courier_count",
        help="Share of couriers with a vocational certificate. Expected: at least 40 %.",
    )

    _code_uniq = models.UniqueIndex(
        "(company_id, upper(code)) WHERE active IS TRUE",
        "Another courier company has this code already.",
    )

    @api.depends("licence_number", "licence_start_date", "licence_end_date", "is_franchise")
    @api.depends("franchise_signed_date", "franchise_filed_date")
    def _compute_licence_state(self):
        today = fields.Date.context_today(self)
        for carrier in self:
            carrier.licence_state = admission.licence_state(
                carrier.licence_number, carrier.licence_start_date, carrier.licence_end_date, today
            )
            carrier.filing_late = carrier.is_franchise and admission.filing_late(
                carrier.franchise_signed_date, carrier.franchise_filed_date, today
            )

    def _search_licence_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        carriers = self.search([]).filtered(lambda one: one.licence_state in value)
        return [("id", "in", carriers.ids)]

    @api.depends("courier_ids.certificate_number", "courier_ids.active")
    def _compute_courier_count(self):
        for carrier in self:
            couriers = carrier.courier_ids.filtered(lambda one: one.kind == "courier")
            certified = couriers.filtered("is_certified")
            carrier.courier_count = len(couriers)
            carrier.certified_percent = len(certified) * 100 // len(couriers) if couriers else 0

    @api.constrains("waybill_lengths")
    def _check_waybill_lengths(self):
        for carrier in self:
            try:
                waybill.parse_lengths(carrier.waybill_lengths)
            except RuleError as error:
                raise ValidationError(rule_message(self.env, error)) from None

    @api.constrains("licence_start_date", "licence_end_date")
    def _check_licence_dates(self):
        for carrier in self:
            start, end = carrier.licence_start_date, carrier.licence_end_date
            if start and end and end < start:
                raise ValidationError(self.env._("The licence ends before it begins."))

    def _format(self):
        """Return how the carrier's numbers look, as the rule knows it."""
        self.ensure_one()
        return waybill.Format(
            waybill.parse_prefixes(self.waybill_prefixes),
            waybill.parse_lengths(self.waybill_lengths),
            self.waybill_check or "",
        )

    @api.model
    def _guess(self, number, company):
        """Return the carriers whose numbers look like ``number``, the most likely first."""
        carriers = self.search([("company_id", "=", company.id)])
        keys = waybill.candidates(number, {carrier.id: carrier._format() for carrier in carriers})
        return self.browse(keys)

    @api.model
    def _get_unknown_message(self, number, company):
        """Return what to tell when no company's numbers look like ``number``."""
        carriers = self.search([("company_id", "=", company.id), ("waybill_prefixes", "!=", False)])
        for carrier in carriers:
            if number.startswith(carrier._format().prefixes):
                return carrier._get_waybill_problem(number)
        return self.env._(
            "%(waybill)s looks like no courier company's number. Choose the company.",
            waybill=number,
        )

    def _get_waybill_problem(self, number):
        """Return what is wrong with a number of this carrier, in words, or an empty text."""
        self.ensure_one()
        _ = self.env._
        names = {"waybill": number, "carrier": self.name}
        return {
            "": "",
            "half": _(
                "%(waybill)s is shorter than the numbers of %(carrier)s: the scanner read only a "
                "part of the barcode. Scan it again.",
                **names,
            ),
            "length": _("%(waybill)s is longer than the numbers of %(carrier)s.", **names),
            "prefix": _("%(waybill)s does not begin like the numbers of %(carrier)s.", **names),
            "check": _(
                "The check digit of %(waybill)s is wrong for %(carrier)s. Scan it again.", **names
            ),
        }[waybill.problem(number, self._format())]

    def action_view_couriers(self):
        """Open the couriers of the company."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_parcel.property_parcel_courier_action"
        )
        action["domain"] = [("carrier_id", "=", self.id)]
        action["context"] = {"default_carrier_id": self.id}
        return action
