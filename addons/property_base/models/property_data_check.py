# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyDataCheck(models.Model):
    """A round in which keepers check the data of every unit (BAS-07)."""

    _name = "property.data.check"
    _description = "Data Check"
    _inherit = ["property.scope.mixin", "mail.thread"]
    _order = "due_date desc, id desc"

    name = fields.Char(required=True, tracking=True)
    state = fields.Selection(
        [("draft", "Draft"), ("running", "Running"), ("done", "Closed")],
        required=True,
        default="draft",
        readonly=True,
        tracking=True,
    )
    building_ids = fields.Many2many(
        "property.building",
        string="Buildings",
        domain="[('community_id', '=', community_id)]",
        help="Empty: the whole community.",
    )
    due_date = fields.Date(required=True, tracking=True)
    line_ids = fields.One2many("property.data.check.line", "check_id", string="Units")
    line_count = fields.Integer(compute="_compute_progress")
    open_count = fields.Integer(string="To do", compute="_compute_progress")
    progress = fields.Float(string="Done (%)", compute="_compute_progress")
    is_overdue = fields.Boolean(compute="_compute_is_overdue")

    @api.depends("line_ids.state")
    def _compute_progress(self):
        counts = {}
        for check, state, count in self.env["property.data.check.line"]._read_group(
            [("check_id", "in", self.ids)], ["check_id", "state"], ["__count"]
        ):
            counts.setdefault(check.id, {})[state] = count
        for check in self:
            by_state = counts.get(check._origin.id, {})
            check.line_count = sum(by_state.values())
            check.open_count = by_state.get("open", 0)
            done = check.line_count - check.open_count
            check.progress = 100.0 * done / check.line_count if check.line_count else 0.0

    @api.depends("due_date", "state")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for check in self:
            check.is_overdue = bool(
                check.state == "running" and check.due_date and check.due_date < today
            )

    def action_start(self):
        """Make a line for every unit and put the round on the keepers' lists."""
        for check in self:
            if check.state != "draft":
                raise UserError(self.env._("%(name)s has been started already.", name=check.name))
            domain = [("community_id", "=", check.community_id.id)]
            if check.building_ids:
                domain.append(("building_id", "in", check.building_ids.ids))
            units = self.env["property.unit"].search(domain)
            if not units:
                raise UserError(
                    self.env._("There are no units to check in %(name)s.", name=check.name)
                )
            self.env["property.data.check.line"].create(
                [{"check_id": check.id, "unit_id": unit.id} for unit in units]
            )
            check.state = "running"

    def action_close(self):
        """Close the round; units not reached count as unknown."""
        for check in self:
            check.line_ids.filtered(lambda line: line.state == "open").write({"state": "unknown"})
            check.state = "done"

    def action_view_lines(self):
        """Open the units of the round."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_base.property_data_check_line_action"
        )
        action["domain"] = [("check_id", "=", self.id)]
        action["context"] = {"search_default_group_building": 1}
        return action
