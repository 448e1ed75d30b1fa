# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models


class PropertyComplaintHandler(models.Model):
    """Who handles which complaints of a community (feature 83)."""

    _name = "property.complaint.handler"
    _description = "Handlers of complaints"
    _inherit = ["property.scope.mixin"]
    _order = "sequence, id"

    sequence = fields.Integer(default=10, help="Of several that fit, the first holds.")
    active = fields.Boolean(default=True)
    complaint_kind = fields.Selection(
        selection=lambda self: (
            self.env["property.workorder"]
            ._fields["complaint_kind"]
            ._description_selection(self.env)
        ),
        help="Empty: every kind.",
    )
    severity = fields.Selection(
        selection=lambda self: (
            self.env["property.workorder"]._fields["severity"]._description_selection(self.env)
        ),
        help="Empty: every severity.",
    )
    user_ids = fields.Many2many(
        "res.users", string="Handlers", required=True, domain="[('share', '=', False)]"
    )

    @api.depends("community_id.name", "complaint_kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["complaint_kind"]._description_selection(self.env))
        for line in self:
            names = (line.community_id.name, kinds.get(line.complaint_kind))
            line.display_name = " / ".join(name for name in names if name)

    @api.model
    def _find(self, order):
        """Return who handles a complaint; nobody whom it is about."""
        # sudo: whoever takes a complaint need not know the list of handlers
        for line in self.sudo().search([("community_id", "=", order.community_id.id)]):
            if line.complaint_kind and line.complaint_kind != order.complaint_kind:
                continue
            if line.severity and line.severity != order.severity:
                continue
            users = line.user_ids.filtered("active") - order.complained_user_ids
            if users:
                return users
        return self.env["res.users"]


class PropertyWorkorder(models.Model):
    _inherit = "property.workorder"

    def _on_registered(self):
        """Extend: a complaint goes to its handlers; of staff only they see it."""
        result = super()._on_registered()
        self.filtered(lambda one: one.kind == "complaint")._find_handlers()
        return result

    def write(self, vals):
        result = super().write(vals)
        if {"kind", "complaint_kind", "severity", "complained_user_ids", "category_id"} & set(vals):
            self.filtered(
                lambda one: one.kind == "complaint" and one.is_open and not one.handler_ids
            )._find_handlers()
        return result

    def _find_handlers(self):
        """Give complaints without handlers those of their kind, and tell them."""
        for order in self:
            if not order.handler_ids:
                users = self.env["property.complaint.handler"]._find(order)
                if users:
                    order.handler_ids = users
                    order._tell_handlers(users)
            confidential = order.category_id._get_effective("is_confidential")
            # somebody has to see it
            seen = order.handler_ids | order.receiver_id | order.community_id.manager_id
            if confidential and not order.is_restricted and seen - order.complained_user_ids:
                order.is_restricted = True

    def _tell_handlers(self, users):
        self.ensure_one()
        if self.env.context.get("property_workorder_quiet"):
            return
        for user in users:
            # sudo: a complaint of a resident has no user who could give tasks
            self.sudo().activity_schedule(
                "property_workorder.property_workorder_activity_complaint",
                user_id=user.id,
                summary=self.env._("Complaint to handle: %(order)s", order=self.display_name),
            )
