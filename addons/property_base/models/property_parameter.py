# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..rules import parameter as rule
from ..rules.errors import RuleError


class PropertyParameter(models.Model):
    """The definition of a setting: every limit, frequency and threshold of the suite (BAS-22).

    The value in force for a community is the one of its phase, else its own, else the company's,
    else the default given here.
    """

    _name = "property.parameter"
    _description = "Parameter"
    _order = "addon, sequence, key"
    _rec_names_search = ["name", "key"]

    key = fields.Char(required=True, readonly=True, help="Stable key by which programs read it.")
    name = fields.Char(required=True, translate=True)
    description = fields.Text(translate=True, help="What it changes, and where the limit is from.")
    kind = fields.Selection(
        [
            ("integer", "Whole number"),
            ("decimal", "Decimal number"),
            ("percent", "Percentage"),
            ("duration", "Duration"),
            ("boolean", "Yes or no"),
            ("selection", "Choice"),
            ("text", "Text"),
        ],
        required=True,
        default="integer",
    )
    unit = fields.Char(translate=True, help="Unit of the value, such as days.")
    default_value = fields.Char(string="Default")
    minimum_value = fields.Char(string="Minimum")
    maximum_value = fields.Char(string="Maximum")
    option_ids = fields.One2many("property.parameter.option", "parameter_id", string="Options")
    options = fields.Json(
        string="Choices", compute="_compute_options", help="Options as (value, label) pairs."
    )
    addon = fields.Char(required=True, default="property_base", string="Module")
    category = fields.Char(translate=True, required=True, default="General")
    sequence = fields.Integer(default=10)
    value_ids = fields.One2many("property.parameter.value", "parameter_id", string="Values")
    company_value = fields.Char(
        string="Value of the company",
        compute="_compute_company_value",
        inverse="_inverse_company_value",
        help="Value for every community of the current company that has none of its own. "
        "Empty it to return to the default.",
    )
    value_count = fields.Integer(
        string="Exceptions",
        compute="_compute_company_value",
        help="Communities and phases of the company with a value of their own.",
    )

    _key_uniq = models.UniqueIndex("(key)", "Another parameter has this key already.")

    @api.depends("option_ids.value", "option_ids.name")
    @api.depends_context("lang")
    def _compute_options(self):
        for parameter in self:
            parameter.options = [(option.value, option.name) for option in parameter.option_ids]

    @api.depends("value_ids.value")
    @api.depends_context("company")
    def _compute_company_value(self):
        values = self.env["property.parameter.value"].search(
            [("parameter_id", "in", self.ids), ("company_id", "=", self.env.company.id)]
        )
        by_parameter = values.grouped("parameter_id")
        for parameter in self:
            lines = by_parameter.get(parameter, values.browse())
            own = lines.filtered(lambda line: not line.community_id)
            parameter.company_value = own.value or parameter.default_value
            parameter.value_count = len(lines - own)

    def _inverse_company_value(self):
        # the record rule of the values decides who may set one for the whole company
        typed = [(parameter, parameter.company_value) for parameter in self]
        for parameter, text in typed:
            self.env["property.parameter.value"]._set(parameter, text, company=self.env.company)

    @api.constrains("kind", "default_value", "minimum_value", "maximum_value", "option_ids")
    def _check_default_value(self):
        for parameter in self:
            if parameter.kind == "selection" and not parameter.option_ids:
                continue  # the options follow in data files
            parameter._canonical(parameter.default_value)

    @api.model_create_multi
    def create(self, vals_list):
        parameters = super().create(vals_list)
        self.env.registry.clear_cache()
        return parameters

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def action_view_values(self):
        """Open the exceptions to the company's value."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_base.property_parameter_value_action"
        )
        action["domain"] = [("parameter_id", "=", self.id)]
        action["context"] = {"default_parameter_id": self.id}
        return action

    def _definition(self):
        """Return the definition as the rule knows it."""
        self.ensure_one()
        number = rule.Definition("decimal")
        return rule.Definition(
            kind=self.kind,
            minimum=rule.parse(number, self.minimum_value) if self.minimum_value else None,
            maximum=rule.parse(number, self.maximum_value) if self.maximum_value else None,
            options=tuple(self.option_ids.mapped("value")),
        )

    def _canonical(self, text):
        """Return ``text`` in the stored form.

        :raise ValidationError: when it is no value of this parameter
        """
        self.ensure_one()
        try:
            return rule.canonical(self._definition(), text)
        except RuleError as error:
            raise ValidationError(self._error_text(error.code, text)) from None

    def _error_text(self, code, text):
        names = {
            "name": self.name,
            "value": text or "",
            "minimum": self.minimum_value,
            "maximum": self.maximum_value,
            "unit": self.unit or "",
            "options": ", ".join(self.option_ids.mapped("name")),
        }
        _ = self.env._
        return {
            "empty": _("%(name)s needs a value.", **names),
            "not_a_number": _("%(name)s: “%(value)s” is not a number. Enter digits only.", **names),
            "not_whole": _("%(name)s: “%(value)s” is not a whole number.", **names),
            "not_a_boolean": _("%(name)s: enter yes or no instead of “%(value)s”.", **names),
            "not_an_option": _("%(name)s: choose one of %(options)s.", **names),
            "too_small": _(
                "%(name)s: %(value)s is below the minimum of %(minimum)s %(unit)s.", **names
            ),
            "too_large": _(
                "%(name)s: %(value)s is above the maximum of %(maximum)s %(unit)s.", **names
            ),
        }[code]

    @api.model
    @tools.ormcache("key", "company_id", "community_id", "phase_id")
    def _resolve(self, key, company_id, community_id=False, phase_id=False):
        """Return the typed value in force, the most specific one first.

        :raise UserError: when no installed module defines ``key``
        """
        # sudo: parameters hold settings, no records of a community
        parameter_sudo = self.sudo().search([("key", "=", key)])
        if not parameter_sudo:
            raise UserError(
                self.env._(
                    "No installed module defines the parameter %(key)s. "
                    "Install the module, or correct the key.",
                    key=key,
                )
            )
        self.env["property.parameter.value"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT value FROM property_parameter_value
                    WHERE parameter_id = %s AND company_id = %s
                      AND (community_id IS NULL OR community_id = %s)
                      AND (phase_id IS NULL OR phase_id = %s)
                 ORDER BY phase_id NULLS LAST, community_id NULLS LAST LIMIT 1""",
                parameter_sudo.id,
                company_id or None,
                community_id or None,
                phase_id or None,
            )
        )
        text = rows[0][0] if rows else parameter_sudo.default_value
        return rule.parse(parameter_sudo._definition(), text)

    @api.model
    def _get(self, key, company=None):
        """Return the typed value for a whole company (default: the current one)."""
        return self._resolve(key, (company or self.env.company).id)


class PropertyParameterOption(models.Model):
    """One choice of a parameter of kind selection."""

    _name = "property.parameter.option"
    _description = "Option of a parameter"
    _order = "parameter_id, sequence, id"

    parameter_id = fields.Many2one(
        "property.parameter", required=True, index=True, ondelete="cascade"
    )
    value = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)

    _value_uniq = models.UniqueIndex(
        "(parameter_id, value)", "The parameter has this option already."
    )

    @api.model_create_multi
    def create(self, vals_list):
        options = super().create(vals_list)
        self.env.registry.clear_cache()
        return options
