# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common import PropertyCommon


class TestBuildingBoard(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls.make_unit(state="occupied")
        cls.make_ownership(cls.unit, cls.make_partner("Wang Fang", phone="13800000000"))
        cls.bare = cls.make_unit("1204", area_m2=0, state="vacant")
        cls.shop = cls.make_unit("S1", entrance=False, floor=1, usage="commercial", state="sold")
        cls.theirs = cls.make_unit("101", building=cls.other_building)

    def cells(self, layer, user=None):
        building = self.building.with_user(user or self.user_staff)
        (data,) = building._get_board_data(layer)
        return {cell["id"]: cell for cell in data["units"]}

    def test_cells_carry_what_the_chart_needs(self):
        cell = self.cells("state")[self.unit.id]
        self.assertEqual(cell["owner"], "Wang Fang")
        self.assertEqual((cell["entrance"], cell["floor"], cell["number"]), ("1", 12, "1203"))
        self.assertEqual((cell["area"], cell["value"]), (89.56, "occupied"))
        self.assertEqual(self.cells("state")[self.shop.id]["entrance"], "")

    def test_layers(self):
        expected = {
            "usage": ("residential", "residential", "commercial"),
            "people": ("nobody", "nobody", "nobody"),
            "data": ("complete", "area", "owner"),
        }
        for layer, values in expected.items():
            cells = self.cells(layer)
            with self.subTest(layer=layer):
                self.assertEqual(
                    tuple(cells[unit.id]["value"] for unit in (self.unit, self.bare, self.shop)),
                    values,
                )
        tenant = self.make_occupancy(self.unit, self.make_partner("Zhao"), role="tenant")
        self.assertEqual(self.cells("people")[self.unit.id]["value"], "tenant")
        tenant.verified = False
        self.assertEqual(self.cells("people")[self.unit.id]["value"], "unverified")
        tenant.end_date = date(2024, 2, 1)
        self.assertEqual(self.cells("people")[self.unit.id]["value"], "nobody")
        self.bare.is_business_use = True
        self.assertEqual(self.cells("usage")[self.bare.id]["value"], "business_use")
        self.unit.owner_ids.phone = False
        self.assertEqual(self.cells("data")[self.unit.id]["value"], "phone")

    def test_every_value_is_in_the_legend(self):
        from ..models.property_building_board import BOARD_TONES

        for layer in self.env["property.building"]._get_board_layers():
            legend = {item["value"] for item in layer["values"]}
            with self.subTest(layer=layer["key"]):
                values = {cell["value"] for cell in self.cells(layer["key"]).values()}
                self.assertLessEqual(values, legend)
                self.assertLessEqual({item["tone"] for item in layer["values"]}, set(BOARD_TONES))

    def test_unknown_layer_is_refused_and_the_client_falls_back(self):
        with self.assertRaisesRegex(UserError, "no layer debt"):
            self.building._get_board_data("debt")
        data = self.env["property.building"].load_board(self.community.id, layer="debt")
        self.assertEqual(data["layer"], "state")

    def test_staff_see_their_communities_only(self):
        Building = self.env["property.building"].with_user(self.user_staff)
        data = Building.load_board()
        self.assertEqual([item["id"] for item in data["communities"]], self.community.ids)
        data = Building.load_board(self.other_community.id)
        self.assertEqual(data["community_id"], self.community.id)
        with self.assertRaises(AccessError):
            Building.load_board(building_id=self.other_building.id)
        data = Building.with_user(self.user_manager).load_board(self.other_community.id)
        self.assertEqual(data["buildings"][0]["units"][0]["id"], self.theirs.id)

    def test_number_of_queries_does_not_grow_with_the_units(self):
        building = self.building.with_user(self.user_staff)
        for layer in ("state", "usage", "people", "data"):
            self.env.flush_all()
            self.env.invalidate_all()
            building._get_board_data(layer)
            before = self.queries(building, layer)
            self.env["property.unit"].create(
                [
                    {
                        "building_id": self.building.id,
                        "entrance": "2",
                        "floor": floor,
                        "number": f"{layer}{floor}",
                    }
                    for floor in range(1, 51)
                ]
            )
            with self.subTest(layer=layer):
                self.assertEqual(self.queries(building, layer), before)

    def queries(self, building, layer):
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        building._get_board_data(layer)
        return self.env.cr.sql_log_count - start

    def test_smart_button_opens_the_building(self):
        action = self.building.with_user(self.user_staff).action_view_board()
        self.assertEqual(action["tag"], "property_board")
        self.assertEqual(action["params"]["building_id"], self.building.id)


@tagged("post_install", "-at_install")
class TestBuildingBoardTour(PropertyCommon, HttpCase):
    def test_board_tour(self):
        unit = self.make_unit(state="occupied")
        self.make_ownership(unit, self.make_partner("Tour Owner"))
        self.make_unit("1204")
        self.make_unit("101", building=self.make_building(code="4"))
        self.start_tour("/odoo/property-board", "property_board_tour", login="property_staff")
