# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ParcelCommon


@tagged("post_install", "-at_install")
class TestManifest(ParcelCommon):
    def make_manifest(self, **vals):
        return self.env["property.parcel.manifest"].create(
            {"community_id": self.community.id, "station_id": self.station.id, **vals}
        )

    def test_scan_out_and_in_must_match(self):
        north = self.make_station(name="North gate", code="N")
        parcels = self.env["property.parcel"]
        for number in range(1, 4):
            parcels += self.make_parcel(number)
        manifest = self.make_manifest(destination_id=north.id)
        with self.assertRaises(UserError):
            manifest.action_send()
        manifest.scan_out(parcels[0].waybill)
        manifest.scan_out(parcels[1].waybill)
        with self.assertRaisesRegex(UserError, "on the list"):
            manifest.scan_out(parcels[1].waybill)
        manifest.action_send()
        self.assertEqual(manifest.scan_in(parcels[0].waybill), "ok")
        self.assertEqual(manifest.scan_in(parcels[2].waybill), "extra")
        manifest.action_done()
        self.assertEqual(manifest.difference_count, 2)
        self.assertEqual(parcels[0].station_id, north)
        self.assertEqual(parcels[1].station_id, self.station)
        self.assertEqual(parcels[2].station_id, north)

    def test_a_code_in_use_at_the_destination_is_replaced(self):
        north = self.make_station(name="North gate", code="N")
        there = self.make_parcel(1, station_id=north.id)
        here = self.make_parcel(2)
        here.pickup_code = there.pickup_code
        manifest = self.make_manifest(destination_id=north.id)
        manifest.scan_out(here.waybill)
        manifest.action_send()
        manifest.scan_in(here.waybill)
        manifest.action_done()
        self.assertNotEqual(here.pickup_code, there.pickup_code)

    def test_return_manifest(self):
        refused, waiting = self.make_parcel(1), self.make_parcel(2)
        refused.action_refuse()
        manifest = self.make_manifest(kind="return", carrier_id=self.sf.id)
        manifest.action_fill()
        self.assertEqual(manifest.line_ids.parcel_id, refused)
        manifest.action_send()
        self.assertEqual((refused.state, waiting.state), ("returned", "waiting"))
        self.assertEqual(manifest.state, "done")

    def test_never_to_a_place_in_the_open(self):
        yard = self.make_station(name="Yard", code="Y", is_indoor=False)
        manifest = self.make_manifest(destination_id=yard.id)
        manifest.scan_out(self.make_parcel().waybill)
        with self.assertRaisesRegex(UserError, "outdoors"):
            manifest.action_send()

    def test_prints(self):
        manifest = self.make_manifest(kind="return", carrier_id=self.sf.id)
        parcel = self.make_parcel()
        manifest.scan_out(parcel.waybill)
        reports = self.env["ir.actions.report"].with_context(force_report_rendering=False)
        html = reports._render_qweb_html("property_parcel.report_manifest", manifest.ids)[0]
        self.assertIn(parcel.waybill.encode(), html)
        label = reports._render_qweb_html("property_parcel.report_label", parcel.ids)[0].decode()
        self.assertIn("1234", label)
        for secret in (self.owner.name, self.unit.name, parcel.pickup_code, "1380000"):
            self.assertNotIn(secret, label)
