# SPDX-License-Identifier: LGPL-3.0-or-later
import base64

from odoo import api, fields, models


class PropertyConsent(models.Model):
    """The opt-in of a resident to the storage of parcels at the desk, kept as proof."""

    _inherit = "property.consent"

    kind = fields.Selection(
        selection_add=[("parcel", "Storage of parcels at the desk"), ("other",)],
        ondelete={"parcel": "set default"},
    )

    @api.model
    def _give_parcel_consent(self, unit, partner, text, proof):
        """Record an opt-in that was given in the portal.

        :param text: what was agreed to, in the words that were shown
        :param proof: dict of who, when and from where
        """
        known = self._get_parcel_consent(partner)
        if known:
            return known
        lines = [text, "", *(f"{key}: {value}" for key, value in proof.items())]
        return self.create(
            {
                "community_id": unit.community_id.id,
                "unit_id": unit.id,
                "partner_id": partner.id,
                "kind": "parcel",
                "scope": text,
                "evidence": base64.b64encode("\n".join(lines).encode()),
                "evidence_name": "consent.txt",
            }
        )

    @api.model
    def _get_parcel_consent(self, partner):
        """Return the consent in force of a person, or an empty record."""
        return self.search(
            [("partner_id", "=", partner.id), ("kind", "=", "parcel"), ("is_valid", "=", True)],
            limit=1,
        )
