# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import date_utils


class PropertyWorkorderGather(models.TransientModel):
    """Gather the open findings on surfaces into one repair job per building (WKO-13)."""

    _name = "property.workorder.gather"
    _description = "Gather findings into a monthly job"

    community_id = fields.Many2one(
        "property.community",
        required=True,
        default=lambda self: self.env["property.community"].search([], limit=1),
    )
    building_ids = fields.Many2many(
        "property.building",
        domain="[('community_id', '=', community_id)]",
        help="Empty: every building and the grounds.",
    )
    month_start = fields.Date(
        required=True,
        string="Month",
        default=lambda self: date_utils.start_of(fields.Date.context_today(self), "month"),
    )
    workorder_ids = fields.Many2many(
        "property.workorder",
        string="Findings",
        compute="_compute_workorder_ids",
        store=True,
        readonly=False,
        help="Take out what is to wait or to be done by itself.",
    )
    workorder_count = fields.Integer(compute="_compute_workorder_count")

    @api.depends("community_id", "building_ids")
    def _compute_workorder_ids(self):
        Order = self.env["property.workorder"]
        for wizard in self:
            buildings = self.env["property.building"].browse(wizard.building_ids._origin.ids)
            community = wizard.community_id._origin
            wizard.workorder_ids = (
                Order.search(Order._get_gather_domain(community, buildings)) if community else False
            )

    @api.depends("workorder_ids")
    def _compute_workorder_count(self):
        for wizard in self:
            wizard.workorder_count = len(wizard.workorder_ids)

    def action_gather(self):
        """Make or complete the monthly jobs and open them."""
        self.ensure_one()
        Order = self.env["property.workorder"]
        # what another has gathered or sent out meanwhile is not taken twice
        findings = self.workorder_ids.filtered_domain(Order._get_gather_domain(self.community_id))
        if not findings:
            raise UserError(self.env._("No open finding waits to be gathered here."))
        jobs = findings._gather(self.month_start, self.env.user)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_workorder.property_workorder_action"
        )
        if len(jobs) == 1:
            return {**action, "views": [(False, "form")], "res_id": jobs.id, "context": {}}
        return {**action, "domain": [("id", "in", jobs.ids)], "context": {}}
