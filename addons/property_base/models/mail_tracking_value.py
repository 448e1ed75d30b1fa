# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models

from ..rules import personal as rule
from .res_partner import PERSONAL_FIELDS


class MailTrackingValue(models.Model):
    _inherit = "mail.tracking.value"

    def _create_tracking_values(self, initial_value, new_value, col_name, col_info, record):
        """Extend `mail`: the history of a resident's phone is kept masked."""
        if (
            record._name == "res.partner"
            and col_name in PERSONAL_FIELDS
            and record.property_is_resident
        ):
            initial_value = rule.mask_phone(initial_value)
            new_value = rule.mask_phone(new_value)
        return super()._create_tracking_values(initial_value, new_value, col_name, col_info, record)

    def _format_display_value(self, field_type, new=True):
        """Extend `mail`: mask what was written before the contact became a resident."""
        values = super()._format_display_value(field_type, new=new)
        return [
            rule.mask_phone(value)
            if value
            and tracking.field_id.model == "res.partner"
            and tracking.field_id.name in PERSONAL_FIELDS
            and not rule.is_masked(value)
            and self._is_of_resident(tracking)
            else value
            for tracking, value in zip(self, values, strict=True)
        ]

    def _is_of_resident(self, tracking):
        message = tracking.mail_message_id
        if message.model != "res.partner":
            return False
        # sudo: only whether the contact is a resident, to decide on the mask
        return self.env["res.partner"].sudo().browse(message.res_id).exists().property_is_resident
