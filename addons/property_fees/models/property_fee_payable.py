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

    def _get_fee_bases(self):
        """Return the bases by which things of this kind are charged (of the model, not a record).

        :return: tuple of values of `property.fee.item.basis`
        """
        return ("area", "inner_area", "fixed", "formula")

    def _bears_fee_item(self, item):
        """Whether this thing can owe an item at all, beyond its basis."""
        return True

    def _get_fee_assignees(self):
        """Return the (model, id) pairs whose own assignments hold for this thing."""
        return [(self._name, self.id)]

    def _takes_fee_rules(self):
        """Whether assignments without a payable thing hold for this one (of the model)."""
        return False

    def _get_fee_measures(self, items, windows):
        """Return what was measured for things charged by ``meter`` or ``share``.

        :param items: items of those bases
        :param windows: dict item id -> list of `rules.period.Span` that the run bills
        :return: dict (id, item id) -> list of (block, segments) as of `rules.measured.blocks_of`,
            or the `RuleError` that stands against it
        """
        return {}

    def _get_fee_trace(self):
        """Return what else the explanation of a charge of this thing names (JSON-able dict)."""
        return {}

    def _get_fee_values(self, names):
        """Return built-in quantities for formulas.

        :param names: of ``area``, ``inner_area``, ``storey``
        :return: dict name -> Decimal or int; a name without a value is left out
        """
        self.ensure_one()
        unit = self._get_fee_unit()
        found = {}
        if unit and "area" in names and unit._area_decimal():
            found["area"] = unit._area_decimal()
        if unit and "inner_area" in names and unit._area_decimal(inner=True):
            found["inner_area"] = unit._area_decimal(inner=True)
        if unit and "storey" in names:
            found["storey"] = unit.floor
        return found

    def _get_fee_start_date(self):
        """Return the first day on which fees can fall due, or False."""
        self.ensure_one()
        return False
