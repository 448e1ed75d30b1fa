# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import PropertyCommon


class TestParameter(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.days = cls.make_parameter(key="test_days")
        cls.phase = cls.env["property.phase"].create(
            {"name": "Phase 2", "code": "2", "community_id": cls.community.id}
        )

    @classmethod
    def make_parameter(cls, **vals):
        """Create a whole number of days from 1 to 365, 30 by default."""
        return cls.env["property.parameter"].create(
            {
                "key": "test",
                "name": "Test days",
                "kind": "duration",
                "unit": "days",
                "default_value": "30",
                "minimum_value": "1",
                "maximum_value": "365",
                **vals,
            }
        )

    def set_value(self, value, **vals):
        return self.env["property.parameter.value"].create(
            {"parameter_id": self.days.id, "value": value, **vals}
        )

    def test_most_specific_value_is_in_force(self):
        get = self.community._get_parameter
        self.assertEqual(get("test_days"), 30)
        self.set_value("20")
        self.assertEqual(get("test_days"), 20)
        self.assertEqual(self.foreign_community._get_parameter("test_days"), 30)
        own = self.set_value("10", community_id=self.community.id)
        self.assertEqual(get("test_days"), 10)
        self.assertEqual(self.other_community._get_parameter("test_days"), 20)
        self.set_value("5", community_id=self.community.id, phase_id=self.phase.id)
        self.assertEqual(get("test_days"), 10)
        self.assertEqual(get("test_days", phase=self.phase), 5)
        own.value = "11"
        self.assertEqual(get("test_days"), 11)
        own.unlink()
        self.assertEqual(get("test_days"), 20)
        self.assertEqual(self.env["property.parameter"]._get("test_days"), 20)

    def test_value_has_the_type_of_its_kind(self):
        cases = [
            ("decimal", "2.50", Decimal("2.5")),
            ("percent", "0.05", Decimal("0.05")),
            ("boolean", "yes", True),
            ("text", "Hello", "Hello"),
            ("integer", "７", 7),
        ]
        for kind, text, value in cases:
            with self.subTest(kind=kind):
                parameter = self.make_parameter(
                    key=f"test_{kind}",
                    kind=kind,
                    default_value=text,
                    minimum_value=False,
                    maximum_value=False,
                )
                result = self.community._get_parameter(parameter.key)
                self.assertEqual(result, value)
                self.assertIs(type(result), type(value))

    def test_unknown_key_and_bad_values_are_refused(self):
        with self.assertRaisesRegex(UserError, "No installed module defines .* test_nothing"):
            self.community._get_parameter("test_nothing")
        for text, message in [
            ("abc", "not a number"),
            ("1.5", "not a whole number"),
            ("0", "below the minimum of 1 days"),
            ("366", "above the maximum of 365 days"),
            ("", "needs a value"),
        ]:
            with self.subTest(text=text), self.assertRaisesRegex(ValidationError, message):
                self.set_value(text, community_id=self.community.id)
        choice = self.make_parameter(
            key="test_choice",
            kind="selection",
            default_value="a",
            option_ids=[Command.create({"value": "a", "name": "First"})],
        )
        with self.assertRaisesRegex(ValidationError, "choose one of First"):
            self.community._set_parameter(choice.key, "b")

    @mute_logger("odoo.sql_db")
    def test_one_value_per_place(self):
        self.set_value("20")
        with self.assertRaises(Exception) as caught:
            self.set_value("21")
        self.assertIn("scope_uniq", str(caught.exception))

    def test_changes_are_logged(self):
        own = self.set_value("10", community_id=self.community.id).with_user(self.user_officer)
        own.value = "11"
        own.value = "11"
        own.unlink()
        log = self.env["property.parameter.log"].search([("parameter_id", "=", self.days.id)])
        self.assertEqual(
            [(line.old_value, line.new_value) for line in log.sorted("id")],
            [(False, "10"), ("10", "11"), ("11", False)],
        )
        self.assertEqual(log[0].user_id, self.user_officer)
        self.assertEqual(log.community_id, self.community)
        with self.assertRaises(AccessError):
            log[0].with_user(self.user_manager).new_value = "1"

    def test_community_edits_the_value_in_place(self):
        community = self.community.with_user(self.user_officer)
        line = community.parameter_ids.filtered(lambda line: line.parameter_id == self.days)
        self.assertEqual((line.value, line.origin), ("30", "default"))
        with Form(community) as form:
            index = community.parameter_ids.ids.index(line.id)
            with form.parameter_ids.edit(index) as row:
                row.value = "12"
        self.assertEqual((line.value, line.origin), ("12", "community"))
        self.assertEqual(line.inherited_value, "30")
        self.assertEqual(community._get_parameter("test_days"), 12)
        line.action_reset()
        self.assertEqual((line.value, line.origin), ("30", "default"))
        self.assertEqual(community._get_parameter("test_days"), 30)

    def test_company_value_is_for_managers(self):
        self.days.with_user(self.user_manager).company_value = "25"
        self.assertEqual(self.community._get_parameter("test_days"), 25)
        self.assertEqual(self.days.company_value, "25")
        self.days.with_user(self.user_manager).company_value = False
        self.assertEqual(self.community._get_parameter("test_days"), 30)
        with self.assertRaises(AccessError):
            self.days.with_user(self.user_officer).company_value = "25"
        Value = self.env["property.parameter.value"].with_user(self.user_officer)
        with self.assertRaises(AccessError):
            Value.create({"parameter_id": self.days.id, "value": "25"})

    def test_scope(self):
        ours = self.set_value("10", community_id=self.community.id)
        theirs = self.set_value("11", community_id=self.other_community.id)
        company = self.set_value("12")
        foreign = self.set_value("13", community_id=self.foreign_community.id)
        values = ours | theirs | company | foreign
        staff = self.env["property.parameter.value"].with_user(self.user_staff)
        self.assertEqual(staff.search([("id", "in", values.ids)]), company | ours)
        manager = staff.with_user(self.user_manager)
        self.assertEqual(
            manager.search([("id", "in", values.ids)]).sorted("id"),
            (ours | theirs | company).sorted("id"),
        )
        with self.assertRaises(AccessError):
            ours.with_user(self.user_staff).value = "1"
        with self.assertRaises(AccessError):
            staff.with_user(self.user_owner).search([])
        self.assertEqual(self.community.with_user(self.user_owner)._get_parameter("test_days"), 10)
        effective = self.env["property.parameter.effective"].with_user(self.user_staff)
        self.assertEqual(effective.search([]).community_id, self.community)
        with self.assertRaises(AccessError):
            effective.search([], limit=1).value = "1"

    def test_set_up_is_copied_in_one_step(self):
        self.community._set_parameter("test_days", 10)
        self.community._set_parameter("test_days", 5, phase=self.phase)
        self.community.manager_id = self.user_officer
        self.community.unit_properties_definition = [
            {"name": "heating", "string": "Heating", "type": "char"}
        ]
        self.community.building_properties_definition = [
            {"name": "tanks", "string": "Water tanks", "type": "integer"}
        ]
        authority = self.env["property.authority"].create(
            {"name": "Police", "community_ids": [Command.set(self.community.ids)]}
        )
        Wizard = self.env["property.community.copy.setup"]
        with Form(Wizard.with_context(default_source_id=self.community.id)) as form:
            form.name = "New Garden"
            form.code = "NG"
        action = form.record.action_copy()
        target = self.env["property.community"].browse(action["res_id"])
        self.assertEqual(target._get_parameter("test_days"), 10)
        self.assertEqual(target.phase_ids.mapped("code"), ["2"])
        self.assertEqual(target._get_parameter("test_days", phase=target.phase_ids), 5)
        self.assertEqual(target.staff_user_ids, self.community.staff_user_ids)
        self.assertEqual(target.manager_id, self.user_officer)
        self.assertIn(target, authority.community_ids)
        self.assertEqual(target.unit_properties_definition[0]["name"], "heating")
        self.assertEqual(target.building_properties_definition[0]["name"], "tanks")
        self.assertFalse(target.building_ids)
        again = target._copy_setup(self.community)
        self.assertEqual(target.phase_ids.mapped("code"), ["2"])
        self.assertEqual(dict(again)["Staff"], 0)

    def test_officer_adds_extra_fields(self):
        community = self.community.with_user(self.user_officer)
        community.unit_properties_definition = [
            {"name": "heating", "string": "Heating", "type": "char"}
        ]
        unit = self.make_unit().with_user(self.user_officer)
        unit.unit_properties = {"heating": "floor"}
        self.assertEqual(unit.unit_properties["heating"], "floor")
        community.building_properties_definition = [
            {"name": "tanks", "string": "Water tanks", "type": "integer"}
        ]
        building = self.building.with_user(self.user_officer)
        building.building_properties = {"tanks": 2}
        self.assertEqual(building.building_properties["tanks"], 2)

    def test_set_up_is_copied_by_an_officer(self):
        wizard = (
            self.env["property.community.copy.setup"]
            .with_user(self.user_officer)
            .create({"source_id": self.community.id, "name": "Officer Garden", "code": "OF"})
        )
        target = self.env["property.community"].browse(wizard.action_copy()["res_id"])
        self.assertIn(self.user_officer, target.staff_user_ids)

    def test_wizard_refuses_what_it_cannot_do(self):
        Wizard = self.env["property.community.copy.setup"]
        for vals, message in [
            ({"target_mode": "new"}, "name and the code"),
            ({"target_mode": "existing"}, "Choose the community"),
            ({"target_mode": "existing", "target_id": self.community.id}, "another community"),
        ]:
            wizard = Wizard.create({"source_id": self.community.id, **vals})
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, message):
                wizard.action_copy()
        wizard = Wizard.create(
            {"source_id": self.community.id, "name": "x", "code": "x", "target_mode": "new"}
        )
        wizard.part_ids.is_selected = False
        with self.assertRaisesRegex(UserError, "at least one part"):
            wizard.action_copy()
