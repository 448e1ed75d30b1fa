# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class PropertyParameterEffective(models.Model):
    """The value of every parameter in force in every community, and where it comes from.

    Writing ``value`` gives the community a value of its own; emptying it returns to the inherited
    one (BAS-22).
    """

    _name = "property.parameter.effective"
    _description = "Parameter in force"
    _auto = False
    _order = "category_key, sequence, parameter_id"
    _rec_name = "parameter_id"
    _depends = {
        "property.parameter": ["default_value", "addon", "sequence", "category"],
        "property.parameter.value": [
            "parameter_id",
            "company_id",
            "community_id",
            "phase_id",
            "value",
        ],
        "property.community": ["company_id"],
    }

    parameter_id = fields.Many2one("property.parameter", readonly=True)
    community_id = fields.Many2one("property.community", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    addon = fields.Char(string="Module", readonly=True)
    sequence = fields.Integer(readonly=True)
    category_key = fields.Char(readonly=True)
    value = fields.Char(help="Value in force. Empty it to return to the inherited one.")
    inherited_value = fields.Char(
        string="Inherited", readonly=True, help="Value of the company, else the default."
    )
    origin = fields.Selection(
        [("community", "This community"), ("company", "Company"), ("default", "Default")],
        readonly=True,
    )
    phase_count = fields.Integer(
        string="Phases", readonly=True, help="Phases of the community with a value of their own."
    )
    category = fields.Char(related="parameter_id.category")
    description = fields.Text(related="parameter_id.description")
    kind = fields.Selection(related="parameter_id.kind")
    unit = fields.Char(related="parameter_id.unit")
    options = fields.Json(related="parameter_id.options")

    @property
    def _table_query(self):
        # communities have fewer than 10^6 parameters; the id stays below 2^53 for the web client
        return SQL(
            """
            SELECT c.id::bigint * 1000000 + p.id AS id,
                   p.id AS parameter_id, c.id AS community_id, c.company_id, p.addon, p.sequence,
                   p.category->>'en_US' AS category_key,
                   COALESCE(own.value, company.value, p.default_value) AS value,
                   COALESCE(company.value, p.default_value) AS inherited_value,
                   CASE WHEN own.id IS NOT NULL THEN 'community'
                        WHEN company.id IS NOT NULL THEN 'company'
                        ELSE 'default' END AS origin,
                   (SELECT count(*) FROM property_parameter_value phase
                     WHERE phase.parameter_id = p.id AND phase.community_id = c.id
                       AND phase.phase_id IS NOT NULL) AS phase_count
              FROM property_community c
        CROSS JOIN property_parameter p
         LEFT JOIN property_parameter_value own
                ON own.parameter_id = p.id AND own.community_id = c.id AND own.phase_id IS NULL
         LEFT JOIN property_parameter_value company
                ON company.parameter_id = p.id AND company.company_id = c.company_id
               AND company.community_id IS NULL
            """
        )

    def write(self, vals):
        """Set the community's own value; every other column is only shown."""
        if set(vals) - {"value"}:
            raise UserError(self.env._("Only the value of a parameter can be changed here."))
        for line in self:
            self.env["property.parameter.value"]._set(
                line.parameter_id, vals["value"], community=line.community_id
            )
        return True

    def action_reset(self):
        """Return to the inherited value."""
        return self.write({"value": False})

    def action_view_phases(self):
        """Open the values that phases of the community have of their own."""
        self.ensure_one()
        action = self.parameter_id.action_view_values()
        action["domain"] = [
            ("parameter_id", "=", self.parameter_id.id),
            ("community_id", "=", self.community_id.id),
        ]
        action["context"] = {
            "default_parameter_id": self.parameter_id.id,
            "default_community_id": self.community_id.id,
        }
        return action
