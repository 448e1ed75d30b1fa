# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models

from ..rules.period import period_of


class PropertyFeeRunSchedule(models.Model):
    """Prepare the run of the month by itself; people look at the preview and post."""

    _inherit = "property.fee.run"

    is_scheduled = fields.Boolean(string="Made by schedule", readonly=True, copy=False)

    @api.model
    def _cron_open_runs(self):
        """Compute a run for each community whose billing day has come, once a month.

        A day that was missed (server off) is made up for on the next one.
        """
        today = fields.Date.context_today(self)
        month = period_of(today, "month")
        communities = self.env["property.community"].search(
            [("fee_run_day", ">", 0), ("fee_run_day", "<=", today.day)]
        )
        known = self.search(
            [
                ("community_ids", "in", communities.ids),
                ("is_scheduled", "=", True),
                ("period_start", "=", month.start),
            ]
        ).community_ids
        for community in communities - known:
            run = self.with_company(community.company_id).create(
                {
                    "company_id": community.company_id.id,
                    "community_ids": [fields.Command.set(community.ids)],
                    "period_start": month.start,
                    "period_end": month.end,
                    "invoice_date": today,
                    "is_scheduled": True,
                }
            )
            run.action_compute_background()
            if community.manager_id:
                run.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=community.manager_id.id,
                    summary=self.env._("Look at the preview and post the bills"),
                )

    def action_view_charges(self):
        """Extend: charges of a run with their totals per item."""
        action = super().action_view_charges()
        action["context"] = {"search_default_group_item": 1}
        return action


class PropertyCommunity(models.Model):
    _inherit = "property.community"

    fee_run_day = fields.Integer(
        string="Billing day",
        help="Day of the month (1 to 28) on which the run of the month is computed by itself, to "
        "be looked at and posted. 0: by hand.",
    )

    _fee_run_day_range = models.Constraint(
        "CHECK (fee_run_day IS NULL OR fee_run_day BETWEEN 0 AND 28)",
        "The billing day is a day from 1 to 28, or 0.",
    )
