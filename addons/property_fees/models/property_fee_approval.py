# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError

PRICE_TERMS = {
    "item_id",
    "community_id",
    "phase_id",
    "building_id",
    "usage",
    "unit_price",
    "start_date",
    "step_ids",
    "resolution_reference",
}
AGREEMENT_TERMS = {
    "item_id",
    "override_price",
    "reduction",
    "is_exempt",
    "start_date",
    "end_date",
    "unit_id",
    "building_id",
    "usage",
    "reason",
}


class PropertyFeePrice(models.Model):
    """Where prices need a resolution, a new or changed one counts only once it is approved."""

    _inherit = "property.fee.price"

    state = fields.Selection(
        [("draft", "To approve"), ("approved", "In force")],
        string="Status",
        required=True,
        default="approved",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
        help="Runs use approved prices only.",
    )
    requested_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False, tracking=True)
    previous_label = fields.Char(string="Price before", compute="_compute_previous")
    rise_percent = fields.Float(string="Change (%)", digits=(8, 2), compute="_compute_previous")

    @api.depends("unit_price", "item_id", "community_id", "start_date")
    def _compute_previous(self):
        others = self.search(
            [("item_id", "in", self.item_id.ids), ("community_id", "in", self.community_id.ids)]
        )
        for price in self:
            before = others.filtered(
                lambda one, price=price: (
                    one != price._origin
                    and price.start_date
                    and one.end_date
                    and one.end_date < price.start_date
                    and one._get_place_key() == price._get_place_key()
                )
            ).sorted("end_date")[-1:]
            price.previous_label = before.price_label
            price.rise_percent = (
                100.0 * (price.unit_price - before.unit_price) / before.unit_price
                if before.unit_price
                else 0.0
            )

    def _get_place_key(self):
        return (self.item_id, self.community_id, self.phase_id, self.building_id, self.usage)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not self.env.su:
                vals.pop("state", None)
                vals.pop("approved_by_id", None)
        prices = super().create(vals_list)
        prices._ask_for_approval()
        return prices

    def write(self, vals):
        if "state" in vals and not self.env.su:
            raise UserError(self.env._("A price comes into force by its approval."))
        result = super().write(vals)
        if vals.keys() & PRICE_TERMS:
            self._ask_for_approval()
        return result

    def _ask_for_approval(self):
        if self.env.su:
            return
        for price in self:
            if price._needs_approval():
                # sudo: the system notes who asked, nobody by hand
                price.sudo().write(
                    {"state": "draft", "requested_by_id": self.env.uid, "approved_by_id": False}
                )

    def _needs_approval(self):
        """Whether the price has to be approved before it counts (FEE-13)."""
        self.ensure_one()
        return self.item_id.is_compulsory and self.community_id._get_parameter(
            "fees_price_needs_resolution"
        )

    def _get_approval_problem(self):
        """Return why the price cannot come into force, or False (hook for resolutions)."""
        self.ensure_one()
        if not self.resolution_reference:
            return self.env._("the resolution that approves it is missing")
        return False

    def action_approve(self):
        """Bring prices into force that somebody else entered."""
        self.check_access("read")
        _check_officer(self)
        for price in self.filtered(lambda one: one.state == "draft"):
            if price.requested_by_id == self.env.user:
                raise UserError(
                    self.env._(
                        "You entered price %(price)s yourself. Somebody else has to approve it.",
                        price=price.display_name,
                    )
                )
            problem = price._get_approval_problem()
            if problem:
                raise UserError(
                    self.env._(
                        "Price %(price)s cannot come into force: %(problem)s.",
                        price=price.display_name,
                        problem=problem,
                    )
                )
            # sudo: the management of the site approves; the fee accountant enters prices
            price.sudo().write({"state": "approved", "approved_by_id": self.env.uid})


class PropertyFeeAssignment(models.Model):
    """Agreed prices, reductions and exemptions count once somebody else approved them (FEE-09)."""

    _inherit = "property.fee.assignment"

    agreement_state = fields.Selection(
        [("none", "Price list"), ("requested", "To approve"), ("approved", "Approved")],
        string="Agreement",
        required=True,
        default="none",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
        help="An agreed price, reduction or exemption counts once it is approved; until then the "
        "line is left aside and the general rule holds.",
    )
    requested_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False, tracking=True)
    service_start_date = fields.Date(
        string="Service since",
        tracking=True,
        help="First day of the service, when charging starts later. Shown to residents.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not self.env.su:
                vals.pop("agreement_state", None)
                vals.pop("approved_by_id", None)
        lines = super().create(vals_list)
        lines._ask_for_approval()
        return lines

    def write(self, vals):
        if "agreement_state" in vals and not self.env.su:
            raise UserError(self.env._("An agreement counts by its approval."))
        result = super().write(vals)
        if vals.keys() & AGREEMENT_TERMS:
            self._ask_for_approval()
        return result

    def _is_agreement(self):
        self.ensure_one()
        return bool(self.override_price or self.reduction or self.is_exempt)

    def _ask_for_approval(self):
        for line in self:
            if not line._is_agreement():
                state = "none"
            elif self.env.su or not line.community_id._get_parameter(
                "fees_agreement_needs_approval"
            ):
                state = "approved"
            else:
                line._check_agreement()
                state = "requested"
            if state == "requested" or line.agreement_state != state:
                # sudo: the system notes who asked, nobody by hand
                line.sudo().write(
                    {
                        "agreement_state": state,
                        "requested_by_id": self.env.uid if state == "requested" else False,
                        "approved_by_id": False,
                    }
                )

    def _check_agreement(self):
        if not self.reason:
            raise UserError(
                self.env._(
                    "%(assignment)s: say why price or reduction differ.",
                    assignment=self.display_name,
                )
            )
        if self.override_price and not self.end_date:
            raise UserError(
                self.env._(
                    "%(assignment)s: an agreed price needs a last day.",
                    assignment=self.display_name,
                )
            )

    def action_approve(self):
        """Approve agreements that somebody else entered."""
        self.check_access("read")
        _check_officer(self)
        for line in self.filtered(lambda one: one.agreement_state == "requested"):
            if line.requested_by_id == self.env.user:
                raise UserError(
                    self.env._(
                        "You entered %(assignment)s yourself. Somebody else has to approve it.",
                        assignment=line.display_name,
                    )
                )
            # sudo: the management of the site approves; the fee accountant enters agreements
            line.sudo().write({"agreement_state": "approved", "approved_by_id": self.env.uid})


def _check_officer(records):
    if not (records.env.su or records.env.user.has_group("property_base.group_property_officer")):
        raise UserError(records.env._("Only the management of the site approves this."))
