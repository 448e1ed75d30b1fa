# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from odoo.tests import tagged

from .test_report_labels import LabelCommon
from .test_report_pdf import pdf_pages, pdf_text, size_mm


@tagged("post_install", "-at_install")
class TestPrints(LabelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second_building = cls.make_building(code="5")
        cls.post = cls.env["property.post"].create(
            {
                "name": "陈美玲",
                "kind": "concierge",
                "job_title": "楼栋管家",
                "strengths": "十年物业服务经验",
                "phone": "021-5555 8801",
                "community_id": cls.community.id,
                "partner_id": cls.make_partner("陈美玲").id,
                "building_ids": (cls.building | cls.second_building).ids,
                "start_date": date(2024, 1, 1),
            }
        )
        cls.owner.write({"name": "Secret Owner", "phone": "13800138000"})
        cls.make_ownership(cls.units[0], cls.owner)

    def print(self, xmlid, records, user=None):
        reports = self.env["ir.actions.report"].with_user(user or self.user_staff)
        reports = reports.with_context(force_report_rendering=True, lang="en_US")
        return reports._render_qweb_pdf(f"property_base.{xmlid}", records.ids)[0]

    def test_poster_has_a_page_for_each_building(self):
        pdf = self.print("property_post_report_poster", self.post)
        self.assertEqual(len(pdf_pages(pdf)), 2)
        for page, building in ((1, "Building 3"), (2, "Building 5")):
            text = pdf_text(pdf, page)
            for part in (building, "陈美玲", "楼栋管家", "十年物业服务经验", "021-5555 8801"):
                self.assertIn(part, text)

    def test_poster_of_a_whole_community(self):
        self.post.building_ids = False
        self.assertEqual(len(pdf_pages(self.print("property_post_report_poster", self.post))), 1)

    def test_ten_cards_on_one_sheet(self):
        pdf = self.print("property_post_report_card", self.post)
        self.assertEqual([size_mm(page) for page in pdf_pages(pdf)], [(210, 297)])
        self.assertEqual(pdf_text(pdf).count("陈美玲"), 10)

    def test_card_code_is_a_contact(self):
        self.post.name = "Chen; Mei, Ling"
        vcard = self.env["report.property_base.report_post_card"]._get_vcard(self.post)
        self.assertIn("N:Chen\\; Mei\\, Ling;;;;", vcard.split("\r\n"))
        self.assertIn("TEL;TYPE=WORK:021-5555 8801", vcard.split("\r\n"))

    def test_unit_sheet_names_nobody_who_lives_there(self):
        text = pdf_text(self.print("property_unit_report_sheet", self.units[0]))
        self.assertIn("3-1-101", text)
        self.assertIn("89.56", text)
        self.assertIn("陈美玲", text)
        self.assertNotIn("Secret Owner", text)
        self.assertNotIn("13800138000", text)

    def test_unit_sheets_are_one_page_each(self):
        pdf = self.print("property_unit_report_sheet", self.units[:3])
        self.assertEqual(len(pdf_pages(pdf)), 3)
        self.assertRegex(pdf_text(pdf, 3), r"\b1 ?/ ?1\b")

    def test_roster_masks_phones_even_for_managers(self):
        text = pdf_text(self.print("property_building_report_roster", self.building))
        self.assertIn("Secret Owner", text)
        self.assertIn("138****8000", text)
        text = pdf_text(
            self.print("property_building_report_roster", self.building, self.user_manager)
        )
        self.assertNotIn("13800138000", text)
        self.assertIn("2,686.80", text)

    def test_handover_protocol(self):
        handover = self.env["property.handover"].create(
            {"unit_id": self.units[0].id, "partner_id": self.owner.id}
        )
        self.env["property.handover.defect"].create(
            {"handover_id": handover.id, "name": "卫生间渗水", "place": "主卫"}
        )
        key = self.env["property.key"].create(
            {"kind": "door", "number": "A-1002", "unit_id": self.units[0].id}
        )
        moves = self.env["property.key.move"]
        moves.create({"key_id": key.id, "kind": "receive", "quantity": 3})
        moves.create(
            {
                "key_id": key.id,
                "kind": "issue",
                "quantity": 3,
                "partner_id": self.owner.id,
                "handover_id": handover.id,
            }
        )
        text = pdf_text(self.print("property_handover_report", handover))
        for part in (handover.name, "Handover protocol", "Secret Owner", "卫生间渗水", "A-1002"):
            self.assertIn(part, text)
        self.assertIn("Not completed yet", text)
        self.assertNotIn("13800138000", text)
        for line in handover.line_ids:
            self.assertIn(line.name, text)

    def test_buttons_print(self):
        handover = self.env["property.handover"].create(
            {"unit_id": self.units[0].id, "partner_id": self.owner.id}
        )
        for action, name in (
            (self.post.action_print_poster(), "property_base.report_post_poster"),
            (self.post.action_print_cards(), "property_base.report_post_card"),
            (handover.action_print(), "property_base.report_handover"),
        ):
            self.assertEqual(action["report_name"], name)
        self.assertEqual(self.community.sign_count, 1)
        self.assertEqual(
            self.env["property.sign"].search(self.community.action_view_signs()["domain"]),
            self.sign,
        )

    def test_return_protocol(self):
        self.make_occupancy(self.units[0], self.owner, role="owner")
        handover = self.env["property.handover"].create(
            {"unit_id": self.units[0].id, "partner_id": self.owner.id, "kind": "move_out"}
        )
        text = pdf_text(self.print("property_handover_report", handover))
        self.assertIn("Return protocol", text)
        self.assertIn("No keys were handed over", text)

    def test_transfer_sheet_and_clearance_letter(self):
        transfer = self.env["property.transfer"].create(
            {
                "unit_id": self.units[0].id,
                "effective_date": date(2026, 3, 1),
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "partner_id": self.neighbour.id,
                            "share_numerator": 1,
                            "share_denominator": 1,
                        },
                    )
                ],
            }
        )
        text = pdf_text(self.print("property_transfer_report", transfer))
        self.assertIn("this sheet is no clearance", text)
        self.assertIn("Secret Owner", text)
        self.assertIn(self.neighbour.name, text)
        # what the letter says counts here, not how a transfer is completed
        self.env.cr.execute(
            "UPDATE property_transfer SET state = 'done', clearance_number = 'CL/7' WHERE id = %s",
            [transfer.id],
        )
        transfer.invalidate_recordset()
        text = pdf_text(self.print("property_transfer_report", transfer))
        self.assertIn("Clearance letter", text)
        self.assertIn("CL/7", text)
        self.assertIn("02/28/2026", text)
