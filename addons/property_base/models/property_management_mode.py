# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyManagementMode(models.Model):
    """How a community was managed over a period, and by which resolution (BAS-13)."""

    _name = "property.management.mode"
    _description = "Management mode of a community"
    _inherit = ["property.scope.mixin"]
    _order = "community_id, start_date desc, id desc"

    community_id = fields.Many2one(ondelete="cascade")
    mode = fields.Selection(
        lambda self: (
            self.env["property.community"]
            ._fields["management_mode"]
            ._description_selection(self.env)
        ),
        required=True,
    )
    start_date = fields.Date(help="First day. Empty: since before the register began.")
    end_date = fields.Date(help="Last day. Empty: until further notice.")
    resolution_reference = fields.Char(
        string="Resolution", help="Resolution of the owners by which the mode was chosen."
    )
    resolution_date = fields.Date(string="Resolved on")
    document_ids = fields.Many2many("ir.attachment", string="Documents")
    note = fields.Char()

    _dates_ordered = models.Constraint(
        "CHECK (end_date IS NULL OR start_date IS NULL OR end_date >= start_date)",
        "A management mode cannot end before it starts. Correct its dates.",
    )
    _period_excl = models.Constraint(
        "EXCLUDE USING gist (community_id WITH =, daterange(start_date, end_date, '[]') WITH &&)",
        "The community already has a management mode in part of this period. "
        "End the earlier one first, or change the dates.",
    )

    @api.depends("community_id.name", "mode")
    def _compute_display_name(self):
        modes = dict(self._fields["mode"]._description_selection(self.env))
        for line in self:
            line.display_name = f"{line.community_id.name or ''} {modes.get(line.mode, '')}".strip()

    @api.model_create_multi
    def create(self, vals_list):
        # pending ends first: the insert is judged by the exclusion constraint at once
        self.flush_model(["start_date", "end_date"])
        lines = super().create(vals_list)
        lines.community_id._apply_management_mode()
        return lines

    def write(self, vals):
        result = super().write(vals)
        self.community_id._apply_management_mode()
        return result

    @api.model
    def _cron_apply_modes(self):
        """Let every community follow its history on the day a new mode begins."""
        self.env["property.community"].search([])._apply_management_mode()


class PropertyCommunity(models.Model):
    _inherit = "property.community"

    management_mode_ids = fields.One2many(
        "property.management.mode", "community_id", string="Management modes"
    )

    @api.model_create_multi
    def create(self, vals_list):
        communities = super().create(vals_list)
        # sudo: whoever may set up a community starts its history with it
        self.env["property.management.mode"].sudo().create(
            [
                {"community_id": community.id, "mode": community.management_mode}
                for community in communities
            ]
        )
        return communities

    def write(self, vals):
        if "management_mode" in vals and not self.env.context.get("property_mode_follows"):
            for community in self:
                if community.management_mode != vals["management_mode"]:
                    raise UserError(
                        self.env._(
                            "The management mode of %(community)s changes by a resolution of the "
                            "owners. Use the button Switch management mode, which asks for it.",
                            community=community.name,
                        )
                    )
        return super().write(vals)

    def _apply_management_mode(self):
        today = fields.Date.context_today(self)
        for community in self:
            line = community.management_mode_ids.filtered(
                lambda line: (
                    (not line.start_date or line.start_date <= today)
                    and (not line.end_date or line.end_date >= today)
                )
            )[:1]
            if line and line.mode != community.management_mode:
                community.with_context(property_mode_follows=True).management_mode = line.mode

    def _switch_management_mode(self, mode, date, **line_vals):
        """End the mode in force and begin another.

        :param mode: value of ``management_mode``
        :param date: first day of the new mode
        :param line_vals: ``resolution_reference`` and further values of the new line
        :return: the new ``property.management.mode`` line
        :raise UserError: when a mode begins on that day or later, or without a resolution
        """
        self.ensure_one()
        if not line_vals.get("resolution_reference"):
            raise UserError(
                self.env._(
                    "%(community)s: enter the resolution by which the owners chose the new mode.",
                    community=self.name,
                )
            )
        self._lock()
        later = self.management_mode_ids.filtered(
            lambda line: line.start_date and line.start_date >= date
        )
        if later:
            raise UserError(
                self.env._(
                    "%(community)s: a management mode begins on %(start)s already. "
                    "Choose a later day, or correct the history.",
                    community=self.name,
                    start=min(later.mapped("start_date")),
                )
            )
        self.management_mode_ids.filtered(lambda line: not line.end_date).write(
            {"end_date": date - timedelta(days=1)}
        )
        return self.env["property.management.mode"].create(
            {"community_id": self.id, "mode": mode, "start_date": date, **line_vals}
        )
