# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyCommunityCopySetup(models.TransientModel):
    """Copy the set-up of a community to a new or an existing one, in one step (BAS-22)."""

    _name = "property.community.copy.setup"
    _description = "Copy the set-up of a community"

    source_id = fields.Many2one("property.community", string="Copy from", required=True)
    target_mode = fields.Selection(
        [("new", "A new community"), ("existing", "A community that exists")],
        string="Copy to",
        required=True,
        default="new",
    )
    target_id = fields.Many2one("property.community", string="Community")
    name = fields.Char(string="Name of the new community")
    code = fields.Char(string="Code of the new community")
    part_ids = fields.One2many(
        "property.community.copy.setup.part",
        "wizard_id",
        string="Parts",
        compute="_compute_part_ids",
        store=True,
        readonly=False,
    )

    @api.depends("source_id")
    def _compute_part_ids(self):
        for wizard in self:
            if wizard.part_ids:
                continue
            wizard.part_ids = [
                fields.Command.create(
                    {"key": key, "name": label, "description": text, "is_selected": True}
                )
                for key, label, text in self.env["property.community"]._get_setup_parts()
            ]

    def action_copy(self):
        """Copy the chosen parts and open the target."""
        self.ensure_one()
        target = self._get_target()
        parts = set(self.part_ids.filtered("is_selected").mapped("key"))
        if not parts:
            raise UserError(self.env._("Choose at least one part to copy."))
        result = target._copy_setup(self.source_id, parts)
        target.message_post(
            body=self.env._(
                "Set-up copied from %(community)s: %(parts)s.",
                community=self.source_id.name,
                parts=", ".join(f"{label} ({count})" for label, count in result),
            )
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "property.community",
            "res_id": target.id,
            "views": [(False, "form")],
        }

    def _get_target(self):
        if self.target_mode == "new":
            if not (self.name and self.code):
                raise UserError(self.env._("Enter the name and the code of the new community."))
            source = self.source_id
            return self.env["property.community"].create(
                {
                    "name": self.name,
                    "code": self.code,
                    "company_id": source.company_id.id,
                    "category": source.category,
                    "management_mode": source.management_mode,
                }
            )
        if not self.target_id:
            raise UserError(self.env._("Choose the community to copy to."))
        if self.target_id == self.source_id:
            raise UserError(self.env._("Choose another community than the one copied from."))
        return self.target_id


class PropertyCommunityCopySetupPart(models.TransientModel):
    """One part of a set-up, chosen or not."""

    _name = "property.community.copy.setup.part"
    _description = "Part of the set-up to copy"

    wizard_id = fields.Many2one(
        "property.community.copy.setup", required=True, index=True, ondelete="cascade"
    )
    key = fields.Char(required=True)
    name = fields.Char(required=True)
    description = fields.Char()
    is_selected = fields.Boolean(string="Copy", default=True)
