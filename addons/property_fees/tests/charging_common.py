# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from odoo.fields import Command

from .common import PropertyFeesCommon


class ChargingCommon(PropertyFeesCommon):
    """Builders for meters, shared costs and waivers; the item by area is put aside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.assignment.end_date = date(2020, 1, 1)

    @classmethod
    def make_meter(cls, unit=None, **vals):
        """Create a water meter of the test unit."""
        return cls.env["property.meter"].create(
            {"unit_id": (unit or cls.unit).id, "kind": "water", **vals}
        )

    @classmethod
    def make_reading(cls, meter, day, value, **vals):
        """Create a confirmed reading."""
        return cls.env["property.meter.reading"].create(
            {"meter_id": meter.id, "read_date": day, "value": value, "state": "confirmed", **vals}
        )

    @classmethod
    def make_water(cls, price=2.8, steps=(), **vals):
        """Create an item by water meter, its price with steps, assigned to the community."""
        item = cls.make_item(name="Water", code="WAT", basis="meter", meter_kind="water", **vals)
        cls.water_price = cls.make_price(
            item,
            unit_price=price,
            step_ids=[
                Command.create({"above": above, "unit_price": amount}) for above, amount in steps
            ],
        )
        cls.make_assignment(item)
        return item

    @classmethod
    def make_pool(cls, amount=100.0, **vals):
        """Create a draft shared cost of March over the test community."""
        item = cls.env["property.fee.item"].search([("code", "=", "LIFT")]) or cls.make_item(
            name="Lift power", code="LIFT", basis="share"
        )
        if not item.assignment_ids:
            cls.make_assignment(item)
        return cls.env["property.share.pool"].create(
            {
                "name": "Lift power March",
                "community_id": cls.community.id,
                "item_id": item.id,
                "period_start": date(2026, 3, 1),
                "period_end": date(2026, 3, 31),
                "cost_ids": [Command.create({"name": "Power", "amount": amount})],
                **vals,
            }
        )

    @classmethod
    def make_waiver(cls, **vals):
        """Create a draft discount of 10 percent on the test unit for 2026."""
        return cls.env["property.waiver"].create(
            {
                "unit_id": cls.unit.id,
                "kind": "percent",
                "percent": 10.0,
                "start_date": date(2026, 1, 1),
                "end_date": date(2026, 12, 31),
                "reason": "Water damage",
                **vals,
            }
        )

    def compute(self, **vals):
        """Compute a run over March 2026."""
        run = self.make_run(**vals)
        run.action_compute()
        return run
