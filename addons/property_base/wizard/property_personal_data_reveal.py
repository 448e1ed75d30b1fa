# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class PropertyPersonalDataReveal(models.TransientModel):
    """Dialog that shows one personal number in full, after writing down who asked and why."""

    _name = "property.personal.data.reveal"
    _description = "Show Full Number"

    partner_id = fields.Many2one("res.partner", string="Person", required=True, readonly=True)
    field_name = fields.Selection(
        [("phone", "Phone"), ("property_id_number", "Identity number")],
        string="Number",
        required=True,
        default="phone",
    )
    purpose = fields.Char(help="Why the number is needed; kept in the log.")
    log_id = fields.Many2one("property.personal.data.log", readonly=True)
    value = fields.Char(string="Full number", compute="_compute_value")

    @api.depends("log_id", "partner_id", "field_name")
    def _compute_value(self):
        for reveal in self:
            # sudo: the log is readable by managers only
            if reveal.log_id and reveal.log_id.sudo().field_name == reveal.field_name:
                # sudo: the number is masked for everyone; the look has been logged just before
                reveal.value = reveal.partner_id.sudo()[reveal.field_name]
            else:
                reveal.value = False

    def action_reveal(self):
        """Log the look and show the number.

        :raise AccessError: when the user may not see full numbers
        :raise UserError: without a purpose, or when there is no number
        """
        self.ensure_one()
        if not self.env.user.has_group("property_base.group_property_privacy"):
            raise AccessError(self.env._("Your role does not include seeing full numbers."))
        self.partner_id.check_access("read")
        if not (self.purpose or "").strip():
            raise UserError(self.env._("Write down why you need the number; it goes to the log."))
        # sudo: whether there is a number at all
        if not self.partner_id.sudo()[self.field_name]:
            raise UserError(
                self.env._("%(name)s has no such number on file.", name=self.partner_id.name)
            )
        self.log_id = self.env["property.personal.data.log"]._log(
            self.partner_id, self.field_name, "reveal", self.purpose.strip()
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Show full number"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def write(self, vals):
        """Extend `orm`: one look is one log line; another number needs another look."""
        if vals.keys() & {"partner_id", "field_name"} and self.log_id:
            vals = {**vals, "log_id": False}
        return super().write(vals)
