# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import PropertyCommon
from .test_transfer_flow import PIXEL


class TestHandoverFlow(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls.make_unit(state="sold")
        cls.make_ownership(cls.unit, cls.owner)
        cls.owner.phone = "13800138000"
        cls.key = cls.make_key(cls.unit, received=3)

    def sign(self, handover):
        handover.write({"signature": PIXEL, "signed_by": "Li Na"})

    def to_inspection(self, handover):
        handover.line_ids.filtered(lambda line: line.category == "paper").action_ok()
        handover.action_next()
        if handover.kind == "move_in":
            handover.household_count = 2
            self.sign(handover)
            handover.action_next()
            handover.action_next()
        self.assertEqual(handover.state, "inspection")

    def inspect(self, handover):
        handover.action_points_ok()
        handover.reading_ids.write({"value": 12.5})
        self.sign(handover)
        handover.action_next()
        self.assertEqual(handover.state, "keys")

    def test_move_in_from_papers_to_keys(self):
        child = self.make_partner("Child")
        handover = self.make_handover(self.unit, self.owner, household_ids=[Command.link(child.id)])
        self.assertGreater(len(handover.line_ids), 5)
        self.assertEqual(handover.reading_ids.mapped("kind"), ["water", "power", "gas"])
        self.to_inspection(handover)
        self.inspect(handover)
        handover.action_move_keys()
        self.sign(handover)
        handover.action_next()
        self.assertEqual(handover.state, "done")
        self.assertEqual(handover.progress, 100)
        self.assertEqual(self.unit.state, "occupied")
        self.assertEqual(self.unit.delivery_date, date(2025, 7, 1))
        self.assertEqual(
            {(line.partner_id, line.role) for line in self.unit.occupancy_ids},
            {(self.owner, "owner"), (child, "family")},
        )
        self.assertEqual(self.unit.key_out_count, 3)
        self.assertEqual(
            handover.step_ids.mapped("step"), ["papers", "form", "payments", "inspection", "keys"]
        )
        signed = handover.step_ids.filtered("signature")
        self.assertEqual(signed.mapped("step"), ["form", "inspection", "keys"])
        with self.assertRaises(UserError):
            signed[0].signed_by = "Somebody else"

    def test_form_shows_what_is_missing(self):
        handover = self.make_handover(self.unit, self.owner)
        self.assertIn("Notice of handover", handover.gate_text)
        with Form(handover) as form:
            for position in range(len(handover.paper_line_ids)):
                with form.paper_line_ids.edit(position) as line:
                    line.result = "ok"
            self.assertFalse(form.gate_text)
        handover.action_next()
        self.assertIn("not signed", handover.gate_text)

    def test_each_gate_names_what_is_missing(self):
        handover = self.make_handover(self.unit, self.owner)
        with self.assertRaisesRegex(UserError, "Notice of handover"):
            handover.action_next()
        handover.line_ids.filtered(lambda line: line.category == "paper").action_ok()
        handover.action_next()
        with self.assertRaisesRegex(UserError, "number of persons.*not signed"):
            handover.action_next()
        handover.household_count = 1
        self.sign(handover)
        handover.action_next()
        self.assertFalse(handover.signature, "the next step wants its own signature")
        handover.action_next()
        with self.assertRaisesRegex(UserError, "not yet inspected.*meters not yet read"):
            handover.action_next()
        handover.line_ids.action_ok()
        handover.line_ids[-1].result = "defect"
        handover.reading_ids.write({"note": "not installed"})
        self.sign(handover)
        with self.assertRaisesRegex(UserError, "no defect is described"):
            handover.action_next()
        handover.defect_ids = [Command.create({"name": "Crack"})]
        handover.action_next()
        self.sign(handover)
        with self.assertRaisesRegex(UserError, "no key has been issued"):
            handover.action_next()
        handover.no_keys_reason = "Lock is changed tomorrow"
        handover.action_next()
        self.assertEqual(handover.state, "done")

    def test_payments_are_paid_or_deferred_by_an_officer(self):
        Handover = type(self.env["property.handover"])
        handover = self.make_handover(self.unit, self.owner, household_count=1)
        handover.line_ids.action_ok()
        handover.action_next()
        self.sign(handover)
        handover.action_next()
        with patch.object(Handover, "_get_blockers", lambda record: ["Service fee: 268.68"]):
            self.assertIn("268.68", handover.blocker_text)
            with self.assertRaisesRegex(UserError, "268.68"):
                handover.action_next()
            handover.deferral_reason = "Salary on the 10th"
            with self.assertRaises(UserError):
                handover.with_user(self.user_staff).action_approve_deferral()
            with self.assertRaises(UserError):
                handover.with_user(self.user_staff).deferral_by_id = self.user_staff
            handover.with_user(self.user_officer).action_approve_deferral()
            self.assertEqual(handover.deferral_by_id, self.user_officer)
            handover.action_next()
        self.assertEqual(handover.state, "inspection")

    def test_defects_are_handed_on(self):
        seen = []
        Handover = type(self.env["property.handover"])
        handover = self.make_handover(self.unit, self.owner)
        self.to_inspection(handover)
        handover.defect_ids = [
            Command.create(
                {
                    "name": "Cracked tile",
                    "evidence_ids": [Command.create({"kind": "defect", "image": PIXEL})],
                }
            )
        ]
        self.assertEqual(handover.defect_ids.evidence_ids.community_id, self.community)
        with patch.object(Handover, "_on_defects_found", lambda record, found: seen.append(found)):
            self.inspect(handover)
        self.assertEqual(seen, [handover.defect_ids])
        self.assertEqual(handover.defect_ids.liable, "developer")

    def test_move_out(self):
        self.unit.state = "occupied"
        tenant = self.make_partner("Tenant", phone="13900139000")
        stay = self.make_occupancy(self.unit, tenant, role="tenant")
        self.env["property.key.move"].create(
            {"key_id": self.key.id, "kind": "issue", "quantity": 2, "partner_id": tenant.id}
        )
        handover = self.make_handover(self.unit, tenant, kind="move_out")
        self.to_inspection(handover)
        self.assertEqual(handover.out_state, "inspection")
        handover.with_context(handover_kind="move_out").defect_ids = [
            Command.create({"name": "Broken window", "amount": 300, "liable": "resident"})
        ]
        self.inspect(handover)
        self.sign(handover)
        with self.assertRaisesRegex(UserError, "still has 2"):
            handover.action_next()
        handover.action_move_keys()
        self.assertEqual(self.key.quantity_available, 3)
        handover.action_next()
        self.assertEqual(handover.state, "payments")
        with self.assertRaisesRegex(UserError, "Broken window"):
            handover.action_next()
        handover.defect_ids.is_settled = True
        handover.action_next()
        self.assertEqual(handover.state, "done")
        self.assertEqual(stay.end_date, date(2025, 7, 1))
        self.assertEqual(self.unit.state, "vacant")

    def test_others_stay_in_the_unit(self):
        self.unit.state = "occupied"
        self.make_occupancy(self.unit, self.owner, role="owner")
        tenant = self.make_partner("Tenant")
        self.make_occupancy(self.unit, tenant, role="tenant")
        handover = self.make_handover(self.unit, tenant, kind="move_out")
        self.to_inspection(handover)
        self.inspect(handover)
        self.sign(handover)
        handover.action_next()
        handover.action_next()
        self.assertEqual(self.unit.state, "occupied")

    def test_back_cancel_and_guard(self):
        handover = self.make_handover(self.unit, self.owner)
        with self.assertRaises(UserError):
            handover.action_back()
        with self.assertRaises(UserError):
            handover.state = "done"
        handover.line_ids.action_ok()
        handover.action_next()
        with self.assertRaises(UserError):
            handover.kind = "move_out"
        with self.assertRaises(UserError):
            handover.unlink()
        handover.action_back()
        self.assertEqual(handover.state, "papers")
        handover.action_cancel()
        with self.assertRaises(UserError):
            handover.action_next()
        handover.action_reopen()
        self.assertEqual(handover.state, "papers")

    def test_required_photo_closes_the_gate(self):
        self.env["property.evidence.policy"].create(
            {
                "model_id": self.env["ir.model"]._get("property.handover").id,
                "evidence_type": "move_in",
                "require_after": True,
            }
        )
        handover = self.make_handover(self.unit, self.owner, no_keys_reason="none")
        self.assertIn("photo after", handover.evidence_hint)
        self.to_inspection(handover)
        self.inspect(handover)
        self.sign(handover)
        with self.assertRaisesRegex(UserError, "photo after"):
            handover.action_next()
        handover.evidence_ids = [Command.create({"kind": "after", "image": PIXEL})]
        handover.action_next()
        self.assertEqual(handover.state, "done")

    def test_staff_carry_a_handover_through(self):
        handover = (
            self.env["property.handover"]
            .with_user(self.user_staff)
            .create({"unit_id": self.unit.id, "no_keys_reason": "none"})
        )
        self.assertEqual(handover.partner_id, self.owner)
        self.to_inspection(handover)
        self.inspect(handover)
        self.sign(handover)
        handover.action_next()
        self.assertEqual(handover.state, "done")

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_access(self):
        mine = self.make_handover(self.unit, self.owner)
        other = self.make_handover(self.make_unit(building=self.other_building), self.owner)
        foreign = self.make_handover(self.make_unit(building=self.foreign_building), self.owner)
        Handover = self.env["property.handover"]
        for user, expected in (
            (self.user_staff, mine),
            (self.user_officer, mine),
            (self.user_manager, mine | other),
        ):
            with self.subTest(user.login):
                found = Handover.with_user(user).search([]) & (mine | other | foreign)
                self.assertEqual(found, expected)
        rights = {
            "property.handover": ("crw", "crwd"),
            "property.handover.line": ("crwd", "crwd"),
            "property.handover.reading": ("crwd", "crwd"),
            "property.handover.defect": ("crwd", "crwd"),
            "property.handover.step": ("r", "r"),
            "property.handover.template": ("r", "crwd"),
        }
        operations = {"c": "create", "r": "read", "w": "write", "d": "unlink"}
        for model, (staff, officer) in rights.items():
            for letter, operation in operations.items():
                with self.subTest(model, operation=operation):
                    for user, granted in (
                        (self.user_staff, staff),
                        (self.user_officer, officer),
                        (self.user_owner, ""),
                    ):
                        self.assertEqual(
                            self.env[model].with_user(user).has_access(operation),
                            letter in granted,
                            user.login,
                        )
