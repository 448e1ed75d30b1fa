# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields
from odoo.exceptions import AccessError

from ..rules import personal as rule


class MaskedChar(fields.Char):
    """A personal number that leaves the server masked (BAS-16).

    Python code gets the full value. What is read over RPC (``read``, ``web_read``,
    ``search_read``, ``onchange``), pushed to the chat client or exported is masked by
    ``_property_mask_value`` of the record's model.
    """

    def convert_to_read(self, value, record, use_display_name=True):
        """Extend `orm`: mask what leaves the server."""
        value = super().convert_to_read(value, record, use_display_name)
        return record._property_mask_value(self.name, value) if value else value

    def convert_to_export(self, value, record):
        """Extend `orm`: mask exports, and log those that are not masked."""
        value = super().convert_to_export(value, record)
        return record._property_export_value(self.name, value) if value else value


class GuardedChar(MaskedChar):
    """A masked number that cannot be found by its parts either.

    A search for "contains 1101" would give the number away digit by digit, so that users
    without the right may only ask for the whole of it.
    """

    def condition_to_sql(self, field_expr, operator, value, model, alias, query):
        """Extend `orm`: allow only searches for whole numbers."""
        allowed = (
            model.env.su
            or operator in ("in", "not in")
            or model.env.user.has_group("property_base.group_property_privacy")
        )
        if not allowed:
            raise AccessError(
                model.env._("Identity numbers can only be searched whole. Enter all of it.")
            )
        return super().condition_to_sql(field_expr, operator, value, model, alias, query)


def describe_mask(field_name, value):
    """Return the masked form of the value of a personal field."""
    if field_name == "property_id_number":
        return rule.mask_id_number(value)
    return rule.mask_phone(value)
