# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import io
import json
import pathlib
from datetime import date
from unittest.mock import patch

import openpyxl
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.property_base.tests.common import PropertyCommon

DATA = pathlib.Path(__file__).parents[3] / "tests" / "data"
HEAD = (
    "楼栋", "单元", "房号", "建筑面积(㎡)", "业主姓名", "共有人", "联系电话", "身份证后四位",
    "交付日期", "备注", "车牌号", "车位号",
)  # fmt: skip
ROWS = (
    ("9栋", "1单元", "0101", "89.64㎡", "王怡", "李四", 16619876001, "1013", "2019/5/31", "装修中",
     "苏A12345、苏A·D40057", "B1-001"),
    ("9#", 1, "102", 90.35, "王怡", None, "166 1987 6001", 1013, "2019年5月31日", None, None, None),
    ("9", "1", "0103", "１１０.３４", "试验商贸有限公司", None, "025-84567890", None, None, None,
     None, None),
    ("9栋", "1单元", "0104", 110, "(未售)", None, None, None, None, None, None, None),
)  # fmt: skip


class RegisterCommon(PropertyCommon):
    """Builders of workbooks and imports."""

    @classmethod
    def make_book(cls, *rows, sheets=None, head=HEAD):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, lines in (sheets or {"台账": [head, *rows]}).items():
            ws = book.create_sheet(title)
            for line in lines:
                ws.append(line)
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()

    @classmethod
    def make_import(cls, content, filename="register.xlsx", user=None, **vals):
        env = cls.env(user=user) if user else cls.env
        return env["property.register.import"].create(
            {
                "community_id": cls.community.id,
                "file": base64.b64encode(content),
                "filename": filename,
                **vals,
            }
        )

    @classmethod
    def run_import(cls, *rows, **options):
        wizard = cls.make_import(cls.make_book(*rows), **options)
        wizard.action_import()
        return wizard

    def logs(self, model="property.register.import.log"):
        return self.env[model].search([("community_id", "=", self.community.id)])

    @classmethod
    def unit(cls, number):
        return cls.env["property.unit"].search(
            [("community_id", "=", cls.community.id), ("number", "=", number)]
        )


@freeze_time("2026-11-21")
class TestRegisterImport(RegisterCommon):
    def test_units_and_owners_are_taken_over(self):
        wizard = self.run_import(*ROWS)
        self.assertEqual((wizard.unit_count, wizard.unit_created_count), (4, 4))
        self.assertEqual((wizard.owner_count, wizard.owner_created_count), (3, 3))
        self.assertEqual((wizard.error_count, wizard.state), (0, "done"))
        unit = self.unit("0101")
        self.assertEqual(unit.name, "9-1-0101")
        self.assertEqual((unit.area_m2, unit.floor, unit.state), (89.64, 1, "renovating"))
        self.assertEqual(unit.delivery_date, date(2019, 5, 31))
        self.assertEqual(unit.entrance_id.code, "1")
        self.assertEqual(unit.owner_ids.mapped("name"), ["王怡", "李四"])
        self.assertEqual(unit.representative_id.name, "王怡")
        self.assertEqual(unit.ownership_ids.mapped("share"), ["1/2", "1/2"])
        self.assertEqual(unit.ownership_ids[0].start_date, date(2019, 5, 31))
        self.assertEqual(unit.ownership_ids[0].origin, "register")

    def test_one_person_with_two_units_is_one_contact(self):
        self.run_import(*ROWS)
        self.assertEqual(self.unit("0101").representative_id, self.unit("0102").owner_ids)
        partner = self.unit("0102").owner_ids.sudo()
        self.assertEqual((partner.phone, partner.property_id_tail), ("16619876001", "1013"))
        self.assertEqual(partner.company_id, self.community.company_id)
        company = self.unit("0103").owner_ids
        self.assertTrue(company.is_company)
        self.assertEqual(self.unit("0104").state, "unsold")
        self.assertFalse(self.unit("0104").owner_ids)

    def test_check_leaves_the_register_alone(self):
        wizard = self.make_import(self.make_book(*ROWS))
        wizard.action_check()
        self.assertEqual((wizard.unit_count, wizard.owner_count, wizard.state), (4, 3, "checked"))
        self.assertFalse(self.unit("0101"))
        self.assertFalse(self.logs())
        self.assertFalse(self.logs("property.register.mapping"))
        self.assertIn("o_property_register_report", wizard.report_html)

    def test_the_same_file_again_changes_nothing(self):
        self.run_import(*ROWS)
        self.env.flush_all()
        models = ("property.unit", "property.ownership", "property.building", "res.partner",
                  "property.entrance", "property.register.mapping")  # fmt: skip
        with patch.object(type(self.env["property.unit"]), "write") as write_unit:
            before = {model: self.env[model].search_count([]) for model in models}
            wizard = self.run_import(*ROWS)
            write_unit.assert_not_called()
        self.assertEqual(before, {model: self.env[model].search_count([]) for model in models})
        self.assertEqual(wizard.unit_unchanged_count, 4)
        self.assertEqual((wizard.unit_created_count, wizard.unit_updated_count), (0, 0))
        self.assertEqual(wizard.owner_created_count, 0)
        self.assertFalse(wizard.error_count)

    def test_a_corrected_file_updates_and_the_unit_remembers(self):
        self.run_import(*ROWS)
        self.env.flush_all()
        unit = self.unit("0101").with_context(tracking_disable=False)
        corrected = list(ROWS[0])
        corrected[3] = 91.2
        wizard = self.make_import(self.make_book(corrected)).with_context(tracking_disable=False)
        wizard.action_import()
        self.cr.precommit.run()
        self.assertEqual((wizard.unit_updated_count, unit.area_m2), (1, 91.2))
        tracked = unit.message_ids.sudo().tracking_value_ids.field_id.mapped("name")
        self.assertIn("area_m2", tracked)

    def test_a_missing_phone_is_filled_and_another_one_is_not_overwritten(self):
        self.run_import(("9", "1", "101", 80, "王怡"))
        partner = self.unit("101").owner_ids.sudo()
        self.run_import(("9", "1", "101", 80, "王怡", None, "16619876007", "1234"))
        self.assertEqual((partner.phone, partner.property_id_tail), ("16619876007", "1234"))
        wizard = self.run_import(("9", "1", "101", 80, "王怡", None, "16619876008"))
        self.assertEqual(partner.phone, "16619876007")
        self.assertEqual((wizard.warning_count, wizard.error_count), (1, 0))
        self.assertEqual(wizard.log_id.finding_ids.code, "phone_differs")

    def test_another_owner_is_a_conflict_for_a_transfer(self):
        self.run_import(*ROWS)
        wizard = self.run_import(("9", "1", "0102", 95, "赵六", None, "16619876009"))
        self.assertEqual(self.unit("0102").owner_ids.name, "王怡")
        self.assertEqual(self.unit("0102").area_m2, 95)
        self.assertEqual(wizard.error_count, 1)
        finding = wizard.log_id.finding_ids
        self.assertEqual(finding.code, "owner_conflict")
        self.assertIn("transfer", finding.remedy)

    def test_unsold_in_the_file_does_not_dispossess(self):
        self.run_import(*ROWS)
        wizard = self.run_import(("9", "1", "0102", 90.35, "未售"))
        self.assertEqual(self.unit("0102").owner_ids.name, "王怡")
        self.assertEqual(wizard.log_id.finding_ids.code, "unsold_conflict")

    def test_a_unit_sold_since_gets_its_owner(self):
        self.run_import(*ROWS)
        wizard = self.run_import(
            ("9", "1", "104", 110, "赵六", None, "16619876009", None, "2026-11-01")
        )
        unit = self.unit("0104")
        self.assertEqual((unit.owner_ids.name, unit.state), ("赵六", "delivered"))
        self.assertEqual(unit.ownership_ids.start_date, date(2026, 11, 1))
        self.assertEqual(wizard.unit_updated_count, 1)

    def test_archived_units_are_left_alone(self):
        self.run_import(*ROWS)
        self.unit("0104").active = False
        wizard = self.run_import(*ROWS)
        self.assertEqual(wizard.log_id.finding_ids.code, "unit_archived")
        self.assertEqual(wizard.unit_created_count, 0)

    def test_chunks_end_like_one_import(self):
        wizard = self.make_import(self.make_book(*ROWS))
        wizard.action_start()
        self.assertEqual((wizard.state, wizard.log_id.state), ("running", "running"))
        with (
            patch("odoo.addons.property_base.wizard.property_register_import.BATCH_ROWS", 1),
            patch("odoo.addons.property_base.wizard.property_register_import.CHUNK_SECONDS", 0),
        ):
            told = [wizard.import_chunk() for _turn in range(4)]
        self.assertEqual([step["done"] for step in told], [1, 2, 3, 4])
        self.assertEqual([step["finished"] for step in told], [False, False, False, True])
        self.assertEqual((wizard.state, wizard.log_id.state), ("done", "done"))
        self.assertEqual((wizard.unit_created_count, wizard.owner_created_count), (4, 3))
        self.assertTrue(wizard.import_chunk()["finished"])

    def test_an_interrupted_import_is_completed_by_the_next(self):
        wizard = self.make_import(self.make_book(*ROWS))
        wizard.action_start()
        with (
            patch("odoo.addons.property_base.wizard.property_register_import.BATCH_ROWS", 2),
            patch("odoo.addons.property_base.wizard.property_register_import.CHUNK_SECONDS", 0),
        ):
            wizard.import_chunk()
        log = wizard.log_id
        again = self.env["property.register.import"].browse(log.action_import_again()["res_id"])
        again.action_import()
        self.assertEqual((again.unit_created_count, again.unit_unchanged_count), (2, 2))
        self.assertEqual((again.owner_created_count, again.error_count), (1, 0))

    def test_a_row_that_the_database_refuses_stops_nothing_else(self):
        writer = "odoo.addons.property_base.register.writer.RegisterWriter._prepare_unit_vals"
        from ..register.writer import RegisterWriter

        prepare = RegisterWriter._prepare_unit_vals

        def refuse(writer, row, building):
            vals = prepare(writer, row, building)
            return {**vals, "inner_area_m2": 999.0} if row.number == "0103" else vals

        with patch(writer, refuse):
            wizard = self.run_import(*ROWS)
        self.assertEqual((wizard.unit_created_count, wizard.error_count), (3, 1))
        self.assertEqual(wizard.log_id.finding_ids.code, "row_failed")
        self.assertFalse(self.unit("0103"))


@freeze_time("2026-11-21")
class TestRegisterColumns(RegisterCommon):
    def odd_book(self):
        return self.make_book(
            sheets={"1": [("甲", "乙", "楼栋", "房号", "业主"), (80, "x", "9", "101", "王怡")]}
        )

    def test_a_corrected_column_is_used_and_remembered(self):
        wizard = self.make_import(self.odd_book())
        wizard.action_check()
        self.assertEqual((wizard.unit_count, wizard.error_count), (0, 1))
        self.assertEqual(wizard.column_ids.mapped("sample")[:2], ["80", "x"])
        wizard.column_ids[0].field = "area"
        wizard.action_check()
        self.assertEqual((wizard.unit_count, wizard.error_count), (1, 0))
        wizard.action_import()
        mapping = self.logs("property.register.mapping")
        self.assertEqual(mapping.columns["0"], "area")
        self.assertIn("甲 → Area (m²)", mapping.description)
        again = self.make_import(self.odd_book())
        again.action_check()
        self.assertEqual(again.unit_count, 1)
        self.assertEqual(again.column_ids[0].field, "area")

    def test_a_remembered_column_belongs_to_its_community(self):
        wizard = self.make_import(self.odd_book())
        wizard.action_check()
        wizard.column_ids[0].field = "area"
        wizard.action_import()
        other = self.make_import(self.odd_book(), community_id=self.other_community.id)
        other.action_check()
        self.assertEqual(other.unit_count, 0)

    def test_the_same_column_twice_is_named(self):
        wizard = self.make_import(self.make_book(*ROWS))
        wizard.action_check()
        wizard.column_ids.filtered(lambda line: line.label == "备注").field = "area"
        wizard.action_check()
        self.assertEqual(wizard.unit_count, 0)
        self.assertIn("Two columns", wizard.report_html)

    def test_nothing_usable_is_not_an_import(self):
        wizard = self.make_import(self.make_book(("9", "1", "101", "?", "王怡")))
        wizard.action_import()
        self.assertEqual((wizard.state, wizard.unit_count, wizard.error_count), ("checked", 0, 1))
        self.assertFalse(wizard.log_id)
        self.assertTrue(wizard.error_file)


@freeze_time("2026-11-21")
class TestRegisterSiblings(RegisterCommon):
    def test_what_nobody_takes_is_kept(self):
        wizard = self.run_import(*ROWS)
        self.assertEqual((wizard.vehicle_count, wizard.kept_count), (0, 3))
        (row,) = wizard.log_id.kept_data
        self.assertEqual(row["unit_id"], self.unit("0101").id)
        self.assertEqual(row["values"]["plate"], ["苏A12345", "苏A·D40057"])
        self.assertIn("Plate: 2", wizard.log_id.kept_summary)
        self.assertFalse(wizard.log_id._offer_kept())

    def taking(self):
        """Patch the hook as a parking addon would extend it."""
        Wizard = type(self.env["property.register.import"])
        seen = []

        def columns(wizard):
            return {"plate": {"label": "Plate"}, "x_meter": {"label": "Meter", "words": ["水表号"]}}

        def take(wizard, rows):
            seen.extend(rows)
            bad = [
                wizard._prepare_sibling_finding(row, "plate", value, "No plate.", "Correct it.")
                for row in rows
                for value in row["values"].get("plate", ())
                if "D" in value
            ]
            good = sum(len(row["values"].get("plate", ())) for row in rows) - len(bad)
            return {"taken": {"plate": good}, "findings": bad}

        self.enterContext(patch.object(Wizard, "_get_sibling_columns", columns))
        self.enterContext(patch.object(Wizard, "_take_sibling_rows", take))
        return seen

    def test_a_sibling_takes_its_columns(self):
        seen = self.taking()
        head = (*HEAD, "水表号")
        book = self.make_book((*ROWS[0], "W-1"), head=head)
        wizard = self.make_import(book)
        wizard.action_import()
        self.assertEqual((wizard.vehicle_count, wizard.kept_count, wizard.error_count), (1, 1, 1))
        self.assertEqual(seen[0]["unit"], self.unit("0101"))
        self.assertEqual(seen[0]["values"]["x_meter"], ["W-1"])
        self.assertEqual(wizard.log_id.finding_ids.message, "No plate.")

    def test_a_sibling_installed_later_takes_what_was_kept(self):
        log = self.run_import(*ROWS).log_id
        self.taking()
        log.action_offer_kept()
        self.assertEqual((log.vehicle_count, log.kept_count), (1, 1))
        self.assertEqual(log.finding_ids.code, "sibling_refused")


@freeze_time("2026-11-21")
class TestRegisterErrorFile(RegisterCommon):
    def test_the_error_file_names_place_cause_and_way_out(self):
        wizard = self.make_import(
            self.make_book(
                ROWS[0], ("9", "1", "105", "待测", "王怡"), ("9", "1", "106", -1, "李四")
            )
        )
        wizard.action_check()
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(wizard.error_file)))
        rows = list(book.worksheets[0].iter_rows(values_only=True))
        self.assertEqual(len(rows), 1 + wizard.error_count)
        self.assertEqual(rows[1][:4], ("台账", 3, "D (建筑面积(㎡))", "待测"))
        self.assertTrue(all(rows[1][4:6]))

    def test_the_refused_rows_can_be_corrected_there(self):
        wizard = self.run_import(ROWS[0], ("9", "1", "105", "待测", "王怡"))
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(wizard.error_file)))
        ws = book["台账"]
        self.assertEqual(ws.max_row, 2)
        ws["D2"] = "88.8"
        buffer = io.BytesIO()
        book.save(buffer)
        again = self.make_import(buffer.getvalue())
        again.action_import()
        self.assertEqual((again.unit_count, again.unit_created_count, again.error_count), (1, 1, 0))
        self.assertEqual(self.unit("105").area_m2 or self.unit("0105").area_m2, 88.8)

    def test_texts_are_never_formulas(self):
        wizard = self.make_import(self.make_book(("9", "1", "105", '=HYPERLINK("x")', "=1+1")))
        wizard.action_check()
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(wizard.error_file)))
        kinds = {cell.data_type for ws in book for row in ws for cell in row if cell.value}
        self.assertNotIn("f", kinds)


@freeze_time("2026-11-21")
class TestRegisterExport(RegisterCommon):
    def export(self, user=None, **vals):
        env = self.env(user=user) if user else self.env
        wizard = env["property.register.export"].create({"community_id": self.community.id, **vals})
        wizard.action_export()
        return base64.b64decode(wizard.file)

    def cells(self, content):
        book = openpyxl.load_workbook(io.BytesIO(content))
        return [tuple(row) for row in book.active.iter_rows(values_only=True)]

    def test_it_imports_back_unchanged(self):
        self.run_import(*ROWS)
        odd = self.make_unit(number="A-12", entrance=False, state="vacant", usage="storage")
        self.make_unit(number="1204", state="unsold")
        partners = [self.make_partner(name=name) for name in ("Acme Co., Ltd.", "John Smith")]
        partners[1].phone = "+85291234567"
        odd._set_owners(date(2020, 1, 1), [(partners[0], 2, 3, True), (partners[1], 1, 3, False)])
        for lang in ("en_US", "zh_CN"):
            if lang not in dict(self.env["res.lang"].get_installed()):
                continue
            self.env.user.lang = lang
            content = self.export(with_numbers=True)
            wizard = self.make_import(content)
            wizard.action_import()
            told = wizard.log_id.finding_ids.mapped("message")
            self.assertEqual((wizard.unit_count, wizard.unit_unchanged_count), (6, 6), told)
            self.assertFalse(wizard.error_count + wizard.warning_count, told)

    def test_it_fills_an_empty_community_alike(self):
        self.run_import(*ROWS)
        wizard = self.make_import(
            self.export(with_numbers=True), community_id=self.other_community.id
        )
        wizard.action_import()
        new, old = self.other_community.unit_ids, self.community.unit_ids
        for name in ("name", "area_m2", "state", "usage", "floor", "delivery_date"):
            self.assertEqual(new.mapped(name), old.mapped(name), name)
        self.assertEqual(
            [unit.owner_ids.mapped("name") for unit in new],
            [unit.owner_ids.mapped("name") for unit in old],
        )

    def test_phones_are_masked_without_the_right(self):
        self.run_import(*ROWS)
        content = self.export(user=self.user_officer)
        text = json.dumps(self.cells(content), default=str, ensure_ascii=False)
        self.assertNotIn("16619876001", text)
        with self.assertRaises(AccessError):
            self.export(user=self.user_officer, with_numbers=True)

    def test_a_masked_export_imports_back_without_harm(self):
        self.run_import(*ROWS)
        wizard = self.make_import(self.export(user=self.user_officer))
        wizard.action_import()
        self.assertEqual((wizard.unit_unchanged_count, wizard.error_count), (4, 0))

    def test_an_export_with_numbers_is_logged(self):
        self.run_import(*ROWS)
        Log = self.env["property.personal.data.log"]
        before = Log.search_count([])
        self.export(user=self.user_manager, with_numbers=True)
        self.assertEqual(Log.search_count([]) - before, 2)
        self.assertIn("full phone numbers", self.community.message_ids[0].body)

    def test_no_text_becomes_a_formula(self):
        partner = self.make_partner(name='=HYPERLINK("http://example.com")')
        unit = self.make_unit(number="=1+1", note="@SUM(A1)")
        unit._set_owners(date(2020, 1, 1), [(partner, 1, 1, False)])
        book = openpyxl.load_workbook(io.BytesIO(self.export()))
        kinds = {cell.data_type for row in book.active for cell in row if cell.value is not None}
        self.assertNotIn("f", kinds)


class TestRegisterAccess(RegisterCommon):
    def test_staff_and_portal_cannot_import_or_export(self):
        for user in (self.user_staff, self.user_owner):
            for model in ("property.register.import", "property.register.export"):
                with self.subTest(user=user.login, model=model), self.assertRaises(AccessError):
                    self.env[model].with_user(user).create({"community_id": self.community.id})

    def test_an_officer_imports_his_community_and_no_other(self):
        self.user_officer.property_community_ids = self.community
        wizard = self.make_import(self.make_book(*ROWS), user=self.user_officer)
        wizard.action_import()
        self.assertEqual((wizard.unit_created_count, wizard.owner_created_count), (4, 3))
        other = self.make_import(
            self.make_book(*ROWS), user=self.user_officer, community_id=self.other_community.id
        )
        with self.assertRaises(AccessError):
            other.action_import()

    def test_logs_belong_to_the_community_and_are_not_edited(self):
        log = self.run_import(*ROWS).log_id
        Log = self.env["property.register.import.log"]
        self.assertEqual(Log.with_user(self.user_officer).search([]), log)
        stranger = self.make_user(
            "property_stranger", "property_base.group_property_officer", communities=None
        )
        self.assertFalse(Log.with_user(stranger).search([]))
        for user in (self.user_staff, self.user_owner):
            with self.assertRaises(AccessError):
                Log.with_user(user).search([])
        with self.assertRaises(AccessError):
            log.with_user(self.user_manager).write({"unit_count": 9})

    def test_missing_input_is_named(self):
        wizard = self.env["property.register.import"].create({"community_id": False})
        with self.assertRaisesRegex(UserError, "Choose the community"):
            wizard.action_check()
        wizard.community_id = self.community
        with self.assertRaisesRegex(UserError, "Choose the workbook"):
            wizard.action_import()


@tagged("post_install", "-at_install")
@freeze_time("2026-11-21")
class TestRegisterReal(RegisterCommon):
    """The register as a property company keeps it; its truth lies beside it."""

    def test_the_real_register(self):
        if not (DATA / "owners_register.xlsx").exists():
            self.skipTest("the register lies in the repository, not in the addon")
        truth = json.loads((DATA / "owners_register.truth.json").read_text())
        content = (DATA / "owners_register.xlsx").read_bytes()
        community = self.make_community(name="Splendour Garden", code="REAL")
        wizard = self.make_import(content, community_id=community.id)
        wizard.action_check()
        self.assertFalse(community.unit_ids)
        wizard.action_import()
        units = community.unit_ids
        lines = units.ownership_ids
        self.assertEqual(wizard.unit_count, truth["units"])
        self.assertEqual(wizard.error_count, len(truth["bad_rows"]))
        self.assertEqual(len(community.building_ids), truth["buildings"])
        self.assertEqual(len(units), truth["units"])
        self.assertEqual(
            sum(units.mapped(lambda unit: round(unit.area_m2 * 100))), truth["area_centi_m2"]
        )
        usages = {usage: len(found) for usage, found in units.grouped("usage").items()}
        self.assertEqual(usages, {"residential": 1398, "commercial": 12})
        self.assertEqual(len(lines.unit_id), truth["owned_units"])
        states = {state: len(found) for state, found in units.grouped("state").items()}
        self.assertEqual(states["unsold"], truth["unsold_units"])
        shared = [own for own in lines.grouped("unit_id").values() if len(own) > 1]
        self.assertEqual(len(shared), truth["co_owned_units"])
        owners = lines.partner_id
        self.assertEqual(len(owners.filtered("is_company")), truth["company_owners"])
        self.assertEqual(len(owners) - truth["company_owners"], truth["natural_owners"])
        kept = sum(len(row["values"].get("plate", ())) for row in wizard.log_id.kept_data)
        self.assertEqual(wizard.vehicle_count + kept, truth["vehicles"])
        again = self.make_import(content, community_id=community.id)
        again.action_import()
        self.assertEqual(again.unit_unchanged_count, truth["units"])
        self.assertEqual((again.unit_created_count, again.owner_created_count), (0, 0))
