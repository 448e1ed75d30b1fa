# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class PropertyWorkorderLine(models.AbstractModel):
    """What hangs on an order belongs to its community."""

    _name = "property.workorder.line"
    _description = "Part of a work order"
    _inherit = ["property.scope.mixin"]
    _property_live = False

    workorder_id = fields.Many2one(
        "property.workorder", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(
        related="workorder_id.community_id", store=True, required=False, precompute=True
    )


class PropertyWorkorderPause(models.Model):
    """Why and how long the clocks stood still."""

    _name = "property.workorder.pause"
    _description = "Pause"
    _inherit = ["property.workorder.line"]
    _order = "start_at, id"

    start_at = fields.Datetime(required=True, default=fields.Datetime.now)
    end_at = fields.Datetime()
    reason = fields.Selection(
        [
            ("part", "Waiting for a part"),
            ("resident", "Resident not at home"),
            ("decision", "Waiting for a decision"),
            ("third_party", "Waiting for a third party"),
            ("weather", "Weather"),
            ("other", "Other"),
        ],
        required=True,
        default="part",
    )
    note = fields.Char()
    resume_date = fields.Date(help="The order goes on by itself on this day.")
    user_id = fields.Many2one("res.users", default=lambda self: self.env.user)

    _times_ordered = models.Constraint(
        "CHECK (end_at IS NULL OR end_at >= start_at)", "A pause ends after it starts."
    )
    _open_uniq = models.UniqueIndex(
        "(workorder_id) WHERE end_at IS NULL", "This order is paused already."
    )


class PropertyWorkorderAssignment(models.Model):
    """Who got the order, how and why; kept."""

    _name = "property.workorder.assignment"
    _description = "Dispatch step"
    _inherit = ["property.workorder.line"]
    _order = "id"

    kind = fields.Selection(
        [
            ("grab", "Taken by himself"),
            ("assign", "Assigned"),
            ("auto", "Automatic"),
            ("transfer", "Passed on"),
            ("return", "Given back"),
            ("help", "Called to help"),
            ("nobody", "Nobody found"),
        ],
        required=True,
    )
    user_id = fields.Many2one("res.users", string="Technician")
    by_user_id = fields.Many2one("res.users", string="Sent by", default=lambda self: self.env.user)
    reason = fields.Text(required=True)
    decided_at = fields.Datetime(string="When", required=True, default=fields.Datetime.now)


class PropertyWorkorderMisconduct(models.Model):
    """A fault in handling, recorded against the handler (WKO-17)."""

    _name = "property.workorder.misconduct"
    _description = "Fault in handling"
    _inherit = ["property.workorder.line"]
    _order = "id desc"

    user_id = fields.Many2one(
        "res.users", string="Handler", required=True, domain="[('share', '=', False)]"
    )
    kind = fields.Selection(
        [
            ("delay", "Ignored, delayed or passed on what was his own task"),
            ("unreported", "Did not report what he could not solve"),
            ("insincere", "Handled it in temper or insincerely"),
        ],
        required=True,
    )
    note = fields.Text(required=True)
    noted_date = fields.Date(required=True, default=fields.Date.context_today)
