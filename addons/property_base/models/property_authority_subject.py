# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class PropertyAuthoritySubject(models.Model):
    """A matter for which an authority or utility is competent, such as noise at night (BAS-18)."""

    _name = "property.authority.subject"
    _description = "Subject of an authority"
    _order = "sequence, name, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Stable code by which programs find the subject.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Text(
        translate=True, help="What falls under it, and what to have at hand when reporting it."
    )
    authority_ids = fields.Many2many(
        "property.authority",
        "property_authority_subject_rel",
        "subject_id",
        "authority_id",
        string="Competent authorities",
    )

    _code_uniq = models.UniqueIndex("(code)", "Another subject has this code already.")
