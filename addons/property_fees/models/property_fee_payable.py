# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal

from odoo import models


class PropertyFeePayable(models.AbstractModel):
    """Something that owes fees: a unit here, a parking space or a stall in other addons.

    A model that inherits this mixin answers the hooks below. The fee run asks them in batches.
    """

    _name = "property.fee.payable"
    _description = "Owes fees"

    def _get_fee_unit(self):
        """Return the unit whose bill carries the fees of this thing (itself for a unit)."""
        self.ensure_one()
        return self.env["property.unit"]

    def _get_fee_criteria(self):
        """Return what prices and assignments may ask for.

        :return: dict with ``community_id``, ``building_id``, ``phase_id`` (ids or False)
            and ``usage``
        """
        self.ensure_one()
        unit = self._get_fee_unit()
        return {
            "community_id": unit.community_id.id,
            "building_id": unit.building_id.id,
            "phase_id": unit.phase_id.id,
            "usage": unit.usage,
        }

    def _get_fee_quantity(self, basis):
        """Return the quantity for a basis.

        :param basis: value of `property.fee.item.basis`
        :return: Decimal, or None when the thing has no such quantity
        """
        self.ensure_one()
        return Decimal(1) if basis == "fixed" else None

    def _get_fee_start_date(self):
        """Return the first day on which fees can fall due, or False."""
        self.ensure_one()
        return False
