# SPDX-License-Identifier: LGPL-3.0-or-later
"""The sentence for each code of a rule, and the mask of the numbers that parcels carry."""

from odoo import models
from odoo.exceptions import UserError

from odoo.addons.property_base.rules import personal

from ..rules import waybill as waybill_rule
from ..rules.errors import RuleError


def rule_message(env, error):
    """Return what to tell the user about a RuleError."""
    _ = env._
    params = error.params
    text = {
        "waybill_empty": _("Nothing was scanned. Scan the waybill again, or type its number."),
        "waybill_noise": _(
            "“%(text)s” is no waybill number. Scan the barcode of the waybill, not another one.",
            text=params.get("text", ""),
        ),
        "waybill_short": _(
            "“%(text)s” is only a part of a waybill number. Scan the whole barcode again.",
            text=params.get("text", ""),
        ),
        "waybill_long": _(
            "“%(text)s” is too long for a waybill number. Scan one barcode at a time.",
            text=params.get("text", ""),
        ),
        "lengths_invalid": _(
            "“%(text)s” is no length of a number. Write 12, or 12-15, between 6 and 32.",
            text=params.get("text", ""),
        ),
        "codes_exhausted": _("The station has no free pick-up code left. Return old parcels."),
    }
    return text.get(error.code) or error.code


def clean_waybill(env, raw):
    """Return the waybill number in what was scanned.

    :raise UserError: says what is wrong and what to do
    """
    try:
        return waybill_rule.clean(raw)
    except RuleError as error:
        raise UserError(rule_message(env, error)) from None


class PropertyParcelPersonalMixin(models.AbstractModel):
    """Mask the phone numbers of a model; exports of full numbers do not exist here (PAR-27)."""

    _name = "property.parcel.personal.mixin"
    _description = "Phone numbers shown masked, exports logged"

    def _property_mask_value(self, field_name, value):
        """Return what leaves the server for a personal number."""
        return personal.mask_phone(value)

    def _property_export_value(self, field_name, value):
        """Return what an export holds for a personal number."""
        return personal.mask_phone(value)

    def export_data(self, fields_to_export):
        """Extend `orm`: note who took what out of the system."""
        # sudo: the log is written by nobody by hand
        self.env["property.parcel.export.log"].sudo().create(
            {
                "res_model": self._name,
                "record_count": len(self),
                "field_names": ", ".join(fields_to_export),
            }
        )
        return super().export_data(fields_to_export)
