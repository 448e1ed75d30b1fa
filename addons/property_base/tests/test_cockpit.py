# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date, datetime, timedelta
from unittest.mock import Mock, patch

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import HttpCase, tagged

from ..models.property_cockpit import CHANNEL, NOTIFICATION
from .common import PropertyCommon


class TestCockpit(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls.make_unit(state="occupied")
        cls.bare = cls.make_unit("1204", area_m2=0, state="vacant")
        cls.theirs = cls.make_unit("101", building=cls.other_building, area_m2=0)
        cls.make_ownership(cls.unit, cls.make_partner("Wang Fang"))

    def load(self, user=None, communities=None):
        cockpit = self.env["property.cockpit"].with_user(user or self.user_staff)
        data = cockpit.load_cockpit(communities and communities.ids)
        tiles = {tile["key"]: tile for section in data["sections"] for tile in section["tiles"]}
        return data, tiles

    def test_figures_are_those_of_the_assigned_communities(self):
        data, tiles = self.load()
        self.assertEqual([item["id"] for item in data["communities"]], self.community.ids)
        self.assertEqual(tiles["units"]["value"], 2)
        self.assertEqual(tiles["no_area"]["value"], 1)
        self.assertEqual(tiles["no_owner"]["value"], 1)
        self.assertEqual(tiles["no_phone"]["value"], 1)
        both = self.community | self.other_community
        _data, tiles = self.load(self.user_manager, both)
        self.assertEqual((tiles["units"]["value"], tiles["no_area"]["value"]), (3, 2))
        _data, tiles = self.load(self.user_staff, self.other_community)
        self.assertEqual(tiles["units"]["value"], 2)

    def test_every_tile_opens_the_records_it_counts(self):
        data, tiles = self.load(self.user_manager, self.community)
        for tile in [*tiles.values(), *data["lists"]]:
            action = tile["action"]
            found = self.env[action["res_model"]].search_count(Domain(action["domain"]))
            with self.subTest(tile=tile["key"]):
                self.assertEqual(found, tile.get("value", tile.get("count")))
        chart = data["charts"][0]
        self.assertEqual(sum(part["count"] for part in chart["parts"]), chart["total"])
        self.assertEqual(chart["total"], 2)

    def test_occupancies_that_end_soon_are_listed(self):
        today = date.today()
        soon = self.make_occupancy(
            self.unit, self.make_partner("Zhao"), role="tenant", end_date=today + timedelta(days=9)
        )
        self.make_occupancy(
            self.unit, self.make_partner("Qian"), end_date=today + timedelta(days=90)
        )
        data, tiles = self.load()
        (ending,) = [item for item in data["lists"] if item["key"] == "tenancies"]
        self.assertEqual([row["id"] for row in ending["rows"]], soon.ids)
        self.assertEqual(tiles["ending"]["value"], 1)
        self.community._set_parameter("expiry_notice_days", 100)
        _data, tiles = self.load()
        self.assertEqual(tiles["ending"]["value"], 2)

    def test_today_begins_at_local_midnight(self):
        cockpit = self.env["property.cockpit"].with_context(tz="Asia/Shanghai")
        with patch("odoo.fields.Datetime.now", return_value=datetime(2026, 3, 1, 17, 30)):
            self.assertEqual(
                cockpit._today_limits(),
                (datetime(2026, 3, 1, 16, 0), datetime(2026, 3, 2, 16, 0)),
            )

    def test_residents_have_no_dashboard(self):
        with self.assertRaises(AccessError):
            self.load(self.user_owner)

    def notified(self):
        self.env.cr.precommit.run()
        sent = self.env["bus.bus"].search([("message", "ilike", NOTIFICATION)])
        result = [self.env["bus.bus"].browse(message.id).channel for message in sent]
        sent.unlink()
        return result

    def test_changes_are_told_once_per_community(self):
        self.notified()
        self.unit.area_m2 = 90
        self.bare.area_m2 = 91
        self.make_partner("Nobody")
        (channel,) = self.notified()
        self.assertIn(f'"property.community",{self.community.id}', channel)
        self.theirs.unlink()
        (channel,) = self.notified()
        self.assertIn(f'"property.community",{self.other_community.id}', channel)
        self.make_partner("Nobody else")
        self.assertFalse(self.notified())


@tagged("post_install", "-at_install")
class TestCockpitTour(PropertyCommon, HttpCase):
    def test_dashboard_tour(self):
        self.make_unit(area_m2=0, state="occupied")
        self.make_unit("1204", state="vacant")
        self.start_tour("/odoo/property-dashboard", "property_cockpit_tour", login="property_staff")

    def test_channels_are_those_of_the_user(self):
        websocket = self.env["ir.websocket"].with_user(self.user_staff)
        request = Mock()
        with patch("odoo.addons.bus.models.ir_websocket.wsrequest", new=request):
            channels = websocket._build_bus_channel_list([CHANNEL])
            self.assertIn(self.community, channels)
            self.assertNotIn(self.other_community, channels)
            self.assertNotIn(CHANNEL, [item for item in channels if isinstance(item, str)])
            portal = websocket.with_user(self.user_owner)._build_bus_channel_list([CHANNEL])
            self.assertNotIn(self.community, portal)
