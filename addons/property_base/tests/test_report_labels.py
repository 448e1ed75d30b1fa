# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import PropertyCommon
from .test_report_pdf import pdf_pages, pdf_text, size_mm


class LabelCommon(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("property_base.pdf_engine", "chromium")
        cls.community.partner_id.phone = "400-123-4567"
        cls.units = cls.env["property.unit"].union(
            *(cls.make_unit(f"{number}") for number in range(101, 131))
        )
        cls.sign = cls.env["property.sign"].create(
            {
                "name": "3号楼",
                "community_id": cls.community.id,
                "building_id": cls.building.id,
                "location": "大堂门左侧",
            }
        )

    def labels(self, records, user=None, **vals):
        action = records.action_print_labels()
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        return wizard.with_user(user or self.user_staff).create(vals)

    def render(self, wizard):
        report = wizard.action_print()["report_name"]
        reports = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        return reports._render_qweb_pdf(report, wizard.ids)[0]


@tagged("post_install", "-at_install")
class TestLabels(LabelCommon):
    def test_sheet_of_labels(self):
        wizard = self.labels(self.units, layout="a4_24", skip=2)
        self.assertEqual((wizard.place_count, wizard.sheet_count), (30, 2))
        pdf = self.render(wizard)
        self.assertEqual([size_mm(page) for page in pdf_pages(pdf)], [(210, 297)] * 2)
        text = pdf_text(pdf)
        for unit in self.units:
            self.assertEqual(text.split().count(unit.name), 1)
        self.assertEqual(text.count("400-123-4567"), 30)

    def test_label_printer_has_one_page_for_each_label(self):
        pdf = self.render(self.labels(self.sign, layout="roll_60x40", copies=3))
        self.assertEqual([size_mm(page) for page in pdf_pages(pdf)], [(60, 40)] * 3)
        self.assertIn("大堂门左侧", pdf_text(pdf))

    def test_key_tags_say_nothing_but_the_unit(self):
        text = pdf_text(self.render(self.labels(self.units[:2], layout="a4_65", with_qr=False)))
        self.assertEqual(text.split(), ["3-1-101", "3-1-102"])
        self.assertFalse(
            self.env["property.place"].search([("community_id", "=", self.community.id)])
        )

    def test_impossible_prints_are_refused(self):
        for vals in (
            {"copies": 0},
            {"skip": -1},
            {"skip": 24},
            {"copies": 100},
        ):
            with self.assertRaises(UserError):
                self.labels(self.units, layout="a4_24", **vals).action_print()
        wizard = self.labels(self.units)
        wizard.res_model = "res.users"
        with self.assertRaises(UserError):
            wizard._get_sheets()

    def test_labels_of_another_community_are_refused(self):
        unit = self.make_unit("9", building=self.other_building)
        with self.assertRaises(AccessError):
            self.labels(unit)._get_sheets()

    def test_service_phone_comes_from_the_service_centre(self):
        self.env["property.service.centre"].create(
            {
                "name": "Desk",
                "community_ids": self.community.ids,
                "phone_office": "021-1111",
                "phone_other": "021-2222",
            }
        )
        self.assertEqual(self.community._get_service_phone(), "021-2222")

    def test_a_place_keeps_its_code(self):
        places = self.env["property.place"]
        first = places._find_or_create(self.units)
        self.assertEqual(first, places._find_or_create(self.units))
        self.assertEqual(len({place.token for place in first.values()}), 30)
        self.assertEqual(self.units[0].place_url, first[self.units[0].id].url)


@tagged("post_install", "-at_install")
class TestSigns(LabelCommon):
    def test_life_of_a_sign(self):
        sign = self.sign.with_user(self.user_staff)
        self.assertTrue(sign.code)
        self.assertEqual(sign.state, "planned")
        sign.action_install()
        self.assertTrue(sign.installed_date)
        sign.action_report_damage()
        self.assertEqual(sign.state, "damaged")
        place = self.env["property.place"]._find_or_create(sign)[sign.id]
        sign.action_remove()
        self.assertEqual(sign.state, "removed")
        self.assertFalse(place.active)

    def test_a_sign_hangs_in_its_own_community(self):
        with self.assertRaises(ValidationError):
            self.sign.building_id = self.other_building

    def test_staff_of_another_community_see_nothing(self):
        stranger = self.make_user(
            "sign_stranger", "property_base.group_property_user", self.other_community
        )
        self.assertFalse(self.env["property.sign"].with_user(stranger).search([]))
        self.assertEqual(self.env["property.sign"].with_user(self.user_staff).search([]), self.sign)


@tagged("post_install", "-at_install")
class TestPlacePage(HttpCase, LabelCommon):
    def test_public_page_has_no_personal_data(self):
        unit = self.units[0]
        self.make_ownership(unit, self.make_partner("Secret Owner", phone="13800138000"))
        place = self.env["property.place"]._find_or_create(unit)[unit.id]
        answer = self.url_open(f"/p/{place.token}")
        self.assertEqual(answer.status_code, 200)
        for text in ("3-1-101", "Test Garden", "tel:4001234567"):
            self.assertIn(text, answer.text)
        for text in ("Secret Owner", "13800138000"):
            self.assertNotIn(text, answer.text)

    @mute_logger("odoo.http")
    def test_unknown_ended_and_archived_codes_look_the_same(self):
        unit = self.units[0]
        place = self.env["property.place"]._find_or_create(unit)[unit.id]
        self.assertEqual(self.url_open("/p/nothing").status_code, 404)
        unit.active = False
        self.assertEqual(self.url_open(f"/p/{place.token}").status_code, 404)
        unit.active = True
        place.active = False
        self.assertEqual(self.url_open(f"/p/{place.token}").status_code, 404)
