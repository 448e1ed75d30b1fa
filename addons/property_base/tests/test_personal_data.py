# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, mute_logger

from .common import PropertyCommon

PHONE = "13800000001"
ID_NUMBER = "11010519491231002X"


class TestPersonalData(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(
            mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
        )
        cls.unit = cls.make_unit()
        cls.resident = cls.make_partner(
            phone=PHONE, property_id_type="resident_id", property_id_number=ID_NUMBER
        )
        cls.make_ownership(cls.unit, cls.resident)
        cls.supplier = cls.make_partner("Lift Works", phone="02087654321")

    def as_user(self, record, user):
        return record.with_user(user).with_context(lang="en_US")

    def reveal(self, user, purpose="Burst pipe", **vals):
        return (
            self.env["property.personal.data.reveal"]
            .with_user(user)
            .create({"partner_id": self.resident.id, "purpose": purpose, **vals})
        )

    def test_every_way_of_reading_is_masked(self):
        for user in (self.user_staff, self.user_officer, self.user_manager):
            partner = self.as_user(self.resident, user)
            fields = ["phone", "phone_sanitized", "property_id_number", "property_id_tail"]
            spec = {name: {} for name in fields}
            unit = self.as_user(self.unit, user)
            ways = {
                "read": partner.read(fields)[0],
                "search_read": partner.search_read([("id", "=", partner.id)], fields)[0],
                "web_read": partner.web_read(spec)[0],
                "web_search_read": partner.web_search_read([("id", "=", partner.id)], spec)[
                    "records"
                ][0],
                "nested": unit.web_read({"representative_id": {"fields": spec}})[0][
                    "representative_id"
                ],
            }
            for way, values in ways.items():
                with self.subTest(user=user.login, way=way):
                    self.assertEqual(values["phone"], "138****0001")
                    self.assertEqual(values["property_id_number"], "**************002X")
                    self.assertEqual(values["property_id_tail"], "002X")
                    self.assertNotIn("38000000", values["phone_sanitized"] or "")

    def test_code_and_suppliers_are_not_masked(self):
        self.assertEqual(self.resident.with_user(self.user_staff).phone, PHONE)
        self.assertEqual(self.resident.read(["phone"])[0]["phone"], PHONE)
        supplier = self.supplier.with_user(self.user_staff)
        self.assertEqual(supplier.read(["phone"])[0]["phone"], "02087654321")

    def test_user_record_is_masked_like_its_contact(self):
        self.make_ownership(self.make_unit("1204"), self.owner)
        self.owner.phone = "13911112222"
        user = self.user_owner.with_user(self.user_staff)
        self.assertEqual(user.read(["phone"])[0]["phone"], "139****2222")
        own = self.owner.with_user(self.user_owner)
        self.assertEqual(own.read(["phone"])[0]["phone"], "13911112222")

    def test_past_residents_stay_masked(self):
        guest = self.make_partner("Guest", phone="13700000007")
        stay = self.make_occupancy(self.unit, guest)
        self.resident.property_ownership_ids.end_date = "2024-12-31"
        stay.unlink()
        for partner, masked in ((self.resident, "138****0001"), (guest, "137****0007")):
            partner.with_user(self.user_staff).is_company = True
            self.assertEqual(partner.with_user(self.user_staff).read(["phone"])[0]["phone"], masked)

    def test_copy_does_not_carry_the_number(self):
        copy = self.resident.with_user(self.user_staff).copy()
        self.assertFalse(copy.phone)
        self.assertFalse(copy.property_id_number)
        self.assertEqual(self.supplier.with_user(self.user_staff).copy().phone, "02087654321")

    def test_companies_that_own_units_are_not_masked(self):
        company = self.make_partner("Developer Ltd.", is_company=True, phone="02012345678")
        self.make_ownership(self.make_unit("1299"), company)
        values = company.with_user(self.user_staff).read(["phone"])[0]
        self.assertEqual(values["phone"], "02012345678")

    def test_caller_is_found_by_number_or_tail(self):
        Partner = self.env["res.partner"].with_user(self.user_staff)
        self.assertIn(self.resident, Partner.search([("phone", "=", PHONE)]))
        self.assertEqual(
            Partner.search([("property_phone_search", "ilike", "0001")]) & self.resident,
            self.resident,
        )
        for number in ("+86 138 0000 0001", "138-0000-0001", "１３８０００００００１"):
            with self.subTest(number=number):
                self.assertIn(
                    self.resident, Partner.search([("property_phone_search", "ilike", number)])
                )
        self.assertFalse(Partner.search([("property_phone_search", "ilike", "no digits")]))
        self.assertIn(self.resident, Partner.search([("property_id_number", "=", ID_NUMBER)]))

    def test_identity_number_is_not_given_away_by_search_or_group(self):
        Partner = self.env["res.partner"].with_user(self.user_staff)
        with self.assertRaises(AccessError):
            Partner.search([("property_id_number", "like", "1101")])
        for group in ("phone", "property_id_number"):
            with self.subTest(group=group), self.assertRaises(AccessError):
                Partner.formatted_read_group([], [group], ["__count"])
        with self.assertRaises(AccessError):
            self.env["property.ownership"].with_user(self.user_staff).formatted_read_group(
                [], ["partner_id.phone"], ["__count"]
            )
        with self.assertRaises(AccessError):
            Partner.formatted_read_group([], [], ["phone:array_agg"])

    def test_mask_is_never_saved(self):
        partner = self.resident.with_user(self.user_staff)
        partner.write({"phone": "138****0001", "name": "Wang Fangfang"})
        self.assertEqual(self.resident.phone, PHONE)
        self.assertEqual(self.resident.name, "Wang Fangfang")
        with self.assertRaises(UserError):
            partner.write({"phone": "139****9999"})
        partner.write({"phone": "13900001234"})
        self.assertEqual(self.resident.phone, "13900001234")

    def test_form_shows_what_is_typed_but_not_what_is_stored(self):
        partner = self.resident.with_user(self.user_staff)
        view = "property_base.property_resident_view_form"
        with Form(partner, view=view) as form:
            self.assertEqual(form.phone, "138****0001")
            form.phone = "13700007777"
            self.assertIn("7777", form.phone)
            self.assertNotIn("*", form.phone)
        self.assertEqual(self.resident.phone.replace(" ", "")[-11:], "13700007777")
        country = self.env.ref("base.cn")
        result = partner.onchange(
            {"country_id": country.id}, ["country_id"], {"country_id": {}, "phone": {}}
        )
        self.assertNotIn("0000", result["value"].get("phone", ""))

    def test_export_is_masked_or_logged(self):
        allow = self.env.ref("base.group_allow_export")
        for user in (self.user_staff, self.user_manager):
            user.group_ids += allow
        fields = ["name", "phone", "property_id_number"]
        Log = self.env["property.personal.data.log"]
        staff = self.as_user(self.resident, self.user_staff)
        self.assertEqual(
            staff.export_data(fields)["datas"], [["Wang Fang", "138****0001", "**************002X"]]
        )
        through = self.as_user(self.resident.property_ownership_ids, self.user_staff)
        self.assertEqual(through.export_data(["partner_id/phone"])["datas"], [["138****0001"]])
        self.assertFalse(Log.search([("partner_id", "=", self.resident.id)]))
        manager = self.as_user(self.resident, self.user_manager)
        self.assertEqual(manager.export_data(fields)["datas"], [["Wang Fang", PHONE, ID_NUMBER]])
        logs = Log.search([("partner_id", "=", self.resident.id)])
        self.assertEqual(set(logs.mapped("field_name")), {"phone", "property_id_number"})
        self.assertEqual(set(logs.mapped("action")), {"export"})
        self.assertEqual(logs.user_id, self.user_manager)

    def test_reveal_needs_the_right_and_a_purpose_and_is_logged(self):
        with self.assertRaises(AccessError):
            self.reveal(self.user_officer)
        wizard = self.reveal(self.user_manager, purpose=" ")
        self.assertFalse(wizard.value)
        with self.assertRaises(UserError):
            wizard.action_reveal()
        wizard.purpose = "Burst pipe"
        wizard.action_reveal()
        self.assertEqual(wizard.value, PHONE)
        log = self.env["property.personal.data.log"].search([("partner_id", "=", self.resident.id)])
        self.assertEqual(
            (log.user_id, log.field_name, log.action, log.purpose),
            (self.user_manager, "phone", "reveal", "Burst pipe"),
        )
        wizard.field_name = "property_id_number"
        self.assertFalse(wizard.value, "another number needs another look")

    def test_log_is_read_by_managers_and_changed_by_nobody(self):
        self.reveal(self.user_manager).action_reveal()
        log = self.env["property.personal.data.log"].search([("partner_id", "=", self.resident.id)])
        with self.assertRaises(AccessError):
            log.with_user(self.user_officer).read(["purpose"])
        self.assertTrue(log.with_user(self.user_manager).read(["purpose"]))
        with self.assertRaises(AccessError):
            log.with_user(self.user_manager).create(
                {"user_id": self.user_staff.id, "field_name": "phone", "action": "reveal"}
            )
        with self.assertRaises(UserError):
            log.write({"purpose": "other"})
        with self.assertRaises(UserError):
            log.unlink()

    def test_history_of_the_phone_is_masked(self):
        partner = self.resident.with_context(tracking_disable=False).with_user(self.user_staff)
        self.env.flush_all()
        self.env.cr.precommit.run()
        partner.write({"phone": "13900001234", "property_id_number": "", "property_id_type": False})
        self.env.flush_all()
        self.env.cr.precommit.run()
        values = self.env["mail.tracking.value"].search(
            [("mail_message_id.model", "=", "res.partner"),
             ("mail_message_id.res_id", "=", partner.id)]
        )  # fmt: skip
        self.assertEqual(values.field_id.mapped("name"), ["phone"])
        self.assertEqual(values.old_value_char, "138****0001")
        self.assertEqual(values.new_value_char, "139****1234")

    def test_vcard_is_masked(self):
        card = self.resident.with_user(self.user_staff)._get_vcard_file()
        self.assertIn(b"138****0001", card)
        self.assertNotIn(PHONE.encode(), card)

    def test_wrong_identity_number_is_refused(self):
        with self.assertRaises(ValidationError):
            self.resident.property_id_number = "110105194912310021"
        self.resident.property_id_number = "１１０１０５１９４９１２３１００２ｘ"
        self.assertEqual(self.resident.property_id_number, ID_NUMBER)

    def test_plain_employee_reads_contacts_without_identity(self):
        employee = self.make_user("property_employee", "base.group_user", communities=None)
        partner = self.resident.with_user(employee)
        self.assertEqual(partner.read(["name", "phone"])[0]["phone"], "138****0001")
        for name in ("property_id_number", "property_id_tail", "property_unit_ids"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                partner.read([name])

    def test_staff_keep_the_register_of_people(self):
        person = self.env["res.partner"].with_user(self.user_staff).create({"name": "Li Lei"})
        person.write({"phone": "13700000007"})
        with self.assertRaises(AccessError):
            person.unlink()

    def test_residents_list_shows_people_of_own_communities(self):
        stranger = self.make_partner("Zhao")
        self.make_ownership(self.make_unit(building=self.other_building), stranger)
        action = self.env.ref("property_base.property_resident_action")
        domain = eval(action.domain)  # noqa: S307 the action's own literal
        residents = self.env["res.partner"].with_user(self.user_staff).search(domain)
        self.assertIn(self.resident, residents)
        self.assertNotIn(stranger, residents)
        self.assertIn(stranger, self.env["res.partner"].with_user(self.user_manager).search(domain))
