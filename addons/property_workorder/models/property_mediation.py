# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class PropertyMediationMeeting(models.Model):
    """A meeting of the parties with the mediator (WKO-28)."""

    _name = "property.mediation.meeting"
    _description = "Mediation meeting"
    _inherit = ["property.workorder.line"]
    _order = "meeting_at, id"

    meeting_at = fields.Datetime(required=True)
    place = fields.Char()
    present = fields.Char(string="People present", help="Who was there.")
    minutes_text = fields.Text(string="Minutes")
    outcome = fields.Selection(
        [("agreed", "Agreed"), ("adjourned", "Adjourned"), ("failed", "Failed")]
    )


class PropertyWorkorder(models.Model):
    _inherit = "property.workorder"

    party_ids = fields.Many2many(
        "res.partner", "property_workorder_party_rel", string="Parties of the dispute"
    )
    mediator_id = fields.Many2one("res.partner", help="Centre or committee member in charge.")
    mediation_owner = fields.Selection(
        [
            ("centre", "Service centre"),
            ("committee", "Owners' committee"),
            ("neighbourhood", "Neighbourhood committee"),
            ("street", "Street office"),
        ],
        string="Mediated by",
    )
    meeting_ids = fields.One2many("property.mediation.meeting", "workorder_id", string="Meetings")
    agreement = fields.Html(copy=False)
    agreement_signed_date = fields.Date(copy=False)
    follow_up_date = fields.Date(copy=False, help="When to look whether the agreement is kept.")
