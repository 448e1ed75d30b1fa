# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models

RESULTS = [("sent", "Sent"), ("no", "Not possible")]


class PropertyArrearsReminder(models.Model):
    """A reminder as it went out, with what became of each way."""

    _name = "property.arrears.reminder"
    _description = "Reminder"
    _order = "sent_date desc, id desc"

    case_id = fields.Many2one(
        "property.arrears.case", required=True, readonly=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(related="case_id.community_id", store=True, index=True)
    company_id = fields.Many2one(related="case_id.company_id", store=True, index=True)
    unit_id = fields.Many2one(related="case_id.unit_id", store=True, index=True)
    partner_id = fields.Many2one(related="case_id.partner_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    level_id = fields.Many2one("property.dunning.level", required=True, readonly=True)
    sent_date = fields.Date(required=True, readonly=True)
    amount = fields.Monetary(readonly=True, string="Overdue then")
    result_portal = fields.Selection(RESULTS, readonly=True, string="Portal")
    result_mail = fields.Selection(RESULTS, readonly=True, string="E-mail")
    result_sms = fields.Selection(RESULTS, readonly=True, string="SMS")
    result_call = fields.Selection(RESULTS, readonly=True, string="Call task")
    to_print = fields.Boolean(string="Letter to print")
    printed_date = fields.Date(readonly=True)
    outcome = fields.Char(help="What came of it: reached, moved away, disputes the bill …")

    def _compute_display_name(self):
        for reminder in self:
            reminder.display_name = f"{reminder.level_id.name} {reminder.sent_date}"

    def action_print(self):
        """Print the letters and note the day."""
        self.write({"to_print": False, "printed_date": fields.Date.context_today(self)})
        return self.env.ref("property_fees.property_arrears_case_report").report_action(
            self.case_id
        )
