# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.addons.property_base.tests.common import PropertyCommon

DESK = "property_parcel.group_parcel_desk"


class ParcelCommon(PropertyCommon):
    """A station with two shelves and a locker cell, two courier companies, a flat with people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_desk = cls.make_user("parcel_desk", DESK)
        cls.user_desk2 = cls.make_user("parcel_desk2", DESK)
        cls.station = cls.make_station()
        cls.shelf = cls.make_slot("A-01", size="medium", capacity=5)
        cls.shelf_large = cls.make_slot("B-01", size="large", capacity=5)
        cls.sf = cls.make_carrier("SF", waybill_prefixes="SF", waybill_lengths="15")
        cls.yt = cls.make_carrier("YT", waybill_prefixes="YT", waybill_lengths="15")
        cls.unit = cls.make_unit("1203")
        cls.unit2 = cls.make_unit("1204")
        cls.owner.write({"name": "Wang Xiaoming", "phone": "13800001234"})
        cls.make_ownership(cls.unit, cls.owner)
        cls.make_ownership(cls.unit2, cls.neighbour)
        cls.wife = cls.make_partner("Zhao Min", phone="13900005678", property_id_tail="002X")
        cls.make_occupancy(cls.unit, cls.wife)
        cls.env["property.cockpit"].invalidate_model()

    @classmethod
    def make_station(cls, **vals):
        """Create a pick-up point that is always open."""
        return cls.env["property.parcel.station"].create(
            {"name": "South gate", "code": "S", "community_id": cls.community.id, **vals}
        )

    @classmethod
    def make_slot(cls, name, station=None, **vals):
        """Create a shelf."""
        return cls.env["property.parcel.slot"].create(
            {"name": name, "station_id": (station or cls.station).id, **vals}
        )

    @classmethod
    def make_carrier(cls, code, **vals):
        """Create a courier company with a licence."""
        return cls.env["property.parcel.carrier"].create(
            {"name": f"{code} Express", "code": code, "licence_number": f"L-{code}", **vals}
        )

    @classmethod
    def make_parcel(cls, number=1, check_in=True, **vals):
        """Create a parcel of SF for the owner of 1203 and take it in."""
        parcel = cls.env["property.parcel"].create(
            {
                "waybill": f"SF{number:013d}",
                "carrier_id": cls.sf.id,
                "station_id": cls.station.id,
                "unit_id": cls.unit.id,
                "partner_id": cls.owner.id,
                **vals,
            }
        )
        if check_in:
            parcel.action_check_in()
        return parcel

    @classmethod
    def set_parameter(cls, key, value):
        """Set a parameter for the company."""
        parameter = cls.env["property.parameter"].search([("key", "=", key)])
        parameter.company_value = str(value)

    def desk(self, **vals):
        """Check a parcel in as the desk does."""
        return (
            self.env["property.parcel"]
            .with_user(self.user_desk)
            .desk_check_in({"station_id": self.station.id, **vals})
        )
