# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyDunningRun(models.TransientModel):
    """Look at what is overdue in a community and send the reminders that are due."""

    _name = "property.dunning.run"
    _description = "Send reminders"

    community_id = fields.Many2one("property.community", required=True)
    currency_id = fields.Many2one(related="community_id.company_id.currency_id")
    line_ids = fields.One2many("property.dunning.run.line", "run_id", readonly=True)
    has_letters = fields.Boolean(compute="_compute_has_letters")

    @api.depends("line_ids.level_id.by_letter")
    def _compute_has_letters(self):
        for run in self:
            run.has_letters = any(run.line_ids.level_id.mapped("by_letter"))

    @api.onchange("community_id")
    def _onchange_community_id(self):
        self.line_ids = [fields.Command.clear()]

    def action_preview(self):
        """Bring the cases up to date and count the reminders that are due."""
        self.ensure_one()
        groups = {}
        cases = self.env["property.arrears.case"]._update_cases(self.community_id)
        for case in cases:
            level = case._get_next_level()
            groups.setdefault(level, []).append(case.amount_overdue)
        self.line_ids = [
            fields.Command.clear(),
            *(
                fields.Command.create(
                    {"level_id": level.id, "count": len(amounts), "amount": sum(amounts)}
                )
                for level, amounts in sorted(groups.items(), key=lambda pair: pair[0].days)
            ),
        ]
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "name": self.env._("Send reminders"),
        }

    def action_send(self):
        """Send them and show what went out."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        cases = self.env["property.arrears.case"]._update_cases(self.community_id, today)
        sent = cases._remind_all(today)
        if not sent:
            raise UserError(self.env._("No reminder is due in this community today."))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_arrears_reminder_action"
        )
        action["domain"] = [("id", "in", sent.ids)]
        return action


class PropertyDunningRunLine(models.TransientModel):
    """How many reminders of a level are due."""

    _name = "property.dunning.run.line"
    _description = "Reminders due"

    run_id = fields.Many2one("property.dunning.run", required=True, ondelete="cascade")
    level_id = fields.Many2one("property.dunning.level", string="Reminder")
    count = fields.Integer(string="Payers")
    currency_id = fields.Many2one(related="run_id.currency_id")
    amount = fields.Monetary(string="Overdue")
