# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PropertyParameterValue(models.Model):
    """The value of a parameter for a company, a community or a phase (BAS-22)."""

    _name = "property.parameter.value"
    _description = "Value of a parameter"
    _order = "parameter_id, community_id nulls first, phase_id nulls first, id"
    _check_company_auto = True

    parameter_id = fields.Many2one(
        "property.parameter", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(
        "property.community",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        help="Empty: for every community of the company.",
    )
    phase_id = fields.Many2one(
        "property.phase",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('community_id', '=', community_id)]",
        help="Empty: for every phase of the community.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    value = fields.Char(help="In the unit of the parameter.")
    kind = fields.Selection(related="parameter_id.kind")
    unit = fields.Char(related="parameter_id.unit")
    options = fields.Json(related="parameter_id.options")
    default_value = fields.Char(related="parameter_id.default_value")
    category = fields.Char(related="parameter_id.category")
    level = fields.Selection(
        [("company", "Company"), ("community", "Community"), ("phase", "Phase")],
        compute="_compute_level",
        store=True,
        precompute=True,
    )

    _scope_uniq = models.UniqueIndex(
        "(parameter_id, company_id, COALESCE(community_id, 0), COALESCE(phase_id, 0))",
        "This parameter has a value here already. Change that one.",
    )
    _phase_in_community = models.Constraint(
        "CHECK (phase_id IS NULL OR community_id IS NOT NULL)",
        "A value for a phase needs the community of the phase.",
    )

    @api.depends("community_id")
    def _compute_company_id(self):
        for value in self:
            value.company_id = value.community_id.company_id or value.company_id or self.env.company

    @api.depends("community_id", "phase_id")
    def _compute_level(self):
        for value in self:
            value.level = (
                "phase" if value.phase_id else "community" if value.community_id else "company"
            )

    @api.depends("parameter_id.name", "community_id.name", "phase_id.name")
    def _compute_display_name(self):
        for value in self:
            parts = (value.parameter_id.name, value.community_id.name, value.phase_id.name)
            value.display_name = " / ".join(part for part in parts if part)

    @api.constrains("phase_id", "community_id")
    def _check_phase(self):
        for value in self:
            if value.phase_id and value.phase_id.community_id != value.community_id:
                raise ValidationError(
                    self.env._(
                        "Phase %(phase)s does not belong to %(community)s. Choose one that does.",
                        phase=value.phase_id.name,
                        community=value.community_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            parameter = self.env["property.parameter"].browse(vals.get("parameter_id"))
            if parameter:
                vals["value"] = parameter._canonical(vals.get("value"))
        values = super().create(vals_list)
        values._log_changes({value.id: False for value in values})
        self._after_change()
        return values

    def write(self, vals):
        before = {value.id: value.value for value in self}
        if "value" in vals:
            for parameter, values in self.grouped("parameter_id").items():
                super(PropertyParameterValue, values).write(
                    {**vals, "value": parameter._canonical(vals["value"])}
                )
        else:
            super().write(vals)
        self.filtered(lambda value: value.value != before[value.id])._log_changes(before)
        self._after_change()
        return True

    def unlink(self):
        self._log_changes({value.id: value.value for value in self}, removed=True)
        result = super().unlink()
        self._after_change()
        return result

    def _after_change(self):
        """Forget what was read: the values in force are cached in memory."""
        self.env.registry.clear_cache()
        self.env["property.parameter.effective"].invalidate_model()
        self.env["property.parameter"].invalidate_model(["company_value", "value_count"])

    def _log_changes(self, before, removed=False):
        """Keep who changed what: the log is written by the system and nobody may change it."""
        # sudo: nobody has the right to write in the log
        self.env["property.parameter.log"].sudo().create(
            [
                {
                    "parameter_id": value.parameter_id.id,
                    "company_id": value.company_id.id,
                    "community_id": value.community_id.id,
                    "phase_id": value.phase_id.id,
                    "old_value": before[value.id],
                    "new_value": False if removed else value.value,
                    "user_id": self.env.uid,
                }
                for value in self
            ]
        )

    @api.model
    def _set(self, parameter, text, company=None, community=None, phase=None):
        """Set the value of a level, or remove it.

        :param text: value as typed; empty removes the level's own value, so that it inherits again
        :return: the ``property.parameter.value`` record, empty when the level has none now
        """
        company = community.company_id if community else company or self.env.company
        domain = [
            ("parameter_id", "=", parameter.id),
            ("company_id", "=", company.id),
            ("community_id", "=", community.id if community else False),
            ("phase_id", "=", phase.id if phase else False),
        ]
        found = self.search(domain)
        if not (text or "").strip():
            found.unlink()
            return self.browse()
        text = parameter._canonical(text)
        if found:
            if found.value != text:
                found.value = text
            return found
        return self.create(
            {
                "parameter_id": parameter.id,
                "company_id": company.id,
                "community_id": community.id if community else False,
                "phase_id": phase.id if phase else False,
                "value": text,
            }
        )


class PropertyParameterLog(models.Model):
    """Who changed a parameter, where, from what to what, and when (BAS-22)."""

    _name = "property.parameter.log"
    _description = "Change of a parameter"
    _order = "create_date desc, id desc"
    _rec_name = "parameter_id"

    parameter_id = fields.Many2one(
        "property.parameter", required=True, index=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    community_id = fields.Many2one(
        "property.community", index="btree_not_null", readonly=True, ondelete="set null"
    )
    phase_id = fields.Many2one("property.phase", readonly=True, ondelete="set null")
    old_value = fields.Char(readonly=True, help="Empty: the inherited value was in force.")
    new_value = fields.Char(readonly=True, help="Empty: returned to the inherited value.")
    user_id = fields.Many2one("res.users", string="Changed by", readonly=True)
    create_date = fields.Datetime(string="Changed at")
