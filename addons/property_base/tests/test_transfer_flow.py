# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import PropertyCommon

PIXEL = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    b"rkJggg=="
)


class TestTransferFlow(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls.make_unit()
        cls.make_ownership(cls.unit, cls.owner)
        cls.buyer = cls.make_partner("Zhao Lei", email="zhao@example.com")
        cls.second = cls.make_partner("Sun Wei")

    def complete(self, transfer):
        transfer.action_check()
        transfer.action_done()
        return transfer

    def test_sale_closes_one_side_and_opens_the_other(self):
        transfer = self.make_transfer(self.unit, [(self.buyer, 1, 3), (self.second, 2, 3)])
        self.assertEqual(transfer.old_ownership_ids.partner_id, self.owner)
        self.assertEqual(transfer.seller_ids, self.owner)
        self.complete(transfer)
        old = self.unit.ownership_ids.filtered(lambda line: line.partner_id == self.owner)
        self.assertEqual(old.end_date, date(2025, 6, 30))
        self.assertEqual(sorted(transfer.new_ownership_ids.mapped("share")), ["1/3", "2/3"])
        self.assertEqual(set(transfer.new_ownership_ids.mapped("origin")), {"purchase"})
        self.assertEqual(self.unit.representative_id, self.second)
        self.assertEqual(self.unit.state, "sold")
        self.assertTrue(transfer.clearance_number)
        self.assertEqual(transfer.state, "done")
        self.assertEqual(transfer.old_ownership_ids, old, "the old side is frozen")
        self.assertEqual(transfer._get_clearance_data()["old"], [self.owner.name])

    def test_portal_right_follows_the_effective_date(self):
        units = self.env["property.unit"].with_user(self.user_owner)
        self.complete(self.make_transfer(self.unit, [(self.buyer, 1, 1)]))
        with freeze_time("2025-06-30 04:00:00"):
            self.assertEqual(units.search([]), self.unit)
        with freeze_time("2025-07-01 04:00:00"):
            self.assertFalse(units.search([]))

    def test_both_sides_are_told_by_mail(self):
        transfer = self.make_transfer(self.unit, [(self.buyer, 1, 1), (self.second, 0, 1)][:1])
        before = self.env["mail.mail"].sudo().search([])
        self.complete(transfer)
        mails = self.env["mail.mail"].sudo().search([]) - before
        self.assertEqual(mails.recipient_ids, self.owner | self.buyer)
        welcome = mails.filtered(lambda mail: self.buyer in mail.recipient_ids)
        self.assertIn("Zhao Lei", welcome.body_html)
        self.assertIn("3-1-1203", welcome.body_html)

    def test_one_co_owner_sells(self):
        self.unit._set_owners(
            date(2025, 1, 1), [(self.owner, 1, 2, True), (self.neighbour, 1, 2, False)]
        )
        transfer = self.make_transfer(
            self.unit,
            [(self.buyer, 1, 4), (self.second, 1, 4)],
            is_partial=True,
            seller_ids=[Command.set(self.neighbour.ids)],
        )
        self.complete(transfer)
        lines = self.unit.ownership_ids._filtered_on(date(2025, 7, 1))
        self.assertEqual(
            {(line.partner_id, line.share) for line in lines},
            {(self.owner, "1/2"), (self.buyer, "1/4"), (self.second, "1/4")},
        )
        self.assertEqual(lines._representative(date(2025, 7, 1)).partner_id, self.owner)

    def test_form_shows_both_sides_before_saving(self):
        form = Form(self.env["property.transfer"])
        form.unit_id = self.unit
        self.assertEqual(len(form.old_ownership_ids), 1)
        with form.line_ids.new() as line:
            line.partner_id = self.buyer
        transfer = form.save()
        self.assertEqual(transfer.old_partner_ids, self.owner)
        self.assertEqual(transfer.seller_ids, self.owner)
        self.assertEqual(transfer.share_summary, "1 of 1 passed on")

    def test_shares_must_match_what_is_passed_on(self):
        transfer = self.make_transfer(self.unit, [(self.buyer, 1, 2), (self.second, 1, 3)])
        with self.assertRaisesRegex(ValidationError, "5/6"):
            transfer.action_check()
        with self.assertRaises(ValidationError):
            self.make_transfer(self.make_unit("7"), []).action_check()

    def test_papers_are_needed_or_waived(self):
        transfer = self.make_transfer(self.unit, [(self.buyer, 1, 1)], document_waiver=False)
        with self.assertRaisesRegex(UserError, "Title certificate"):
            transfer.action_check()
        file = self.env["ir.attachment"].create({"name": "scan.png", "datas": PIXEL})
        types = self.env["property.unit.document.type"].search([("required_sale", "=", True)])
        documents = self.env["property.unit.document"].create(
            [
                {
                    "unit_id": self.unit.id,
                    "transfer_id": transfer.id,
                    "type_id": kind.id,
                    "attachment_ids": [Command.link(file.id)],
                }
                for kind in types
            ]
        )
        with self.assertRaises(UserError):
            transfer.action_check()
        documents.action_accept()
        self.assertFalse(transfer.missing_document_names)
        transfer.action_check()

    def test_an_open_item_must_be_settled_or_taken_over(self):
        currency = self.company.currency_id
        item = {"key": "fee,1", "label": "Service fee June", "amount": 268.68, "currency": currency}
        Transfer = type(self.env["property.transfer"])
        with patch.object(Transfer, "_get_open_items", lambda record: [dict(item)]):
            transfer = self.make_transfer(self.unit, [(self.buyer, 1, 1)])
            self.assertEqual(transfer.item_ids.choice, "settle")
            self.assertAlmostEqual(transfer.open_amount, 268.68)
            transfer.action_check()
            with self.assertRaisesRegex(UserError, "Service fee June"):
                transfer.action_done()
            transfer.item_ids.choice = "carry_over"
            transfer.action_refresh_items()
            self.assertEqual(transfer.item_ids.choice, "carry_over", "the choice is kept")
            transfer.action_done()
        with self.assertRaises(UserError):
            transfer.item_ids.choice = "refund"

    def test_money_owed_to_the_old_side_is_paid_back(self):
        item = {"key": "d,1", "label": "Deposit", "amount": -500.0}
        Transfer = type(self.env["property.transfer"])
        with patch.object(Transfer, "_get_open_items", lambda record: [dict(item)]):
            transfer = self.make_transfer(self.unit, [(self.buyer, 1, 1)])
            self.assertEqual(transfer.item_ids.choice, "refund")
            self.complete(transfer)

    def test_keys_out_are_shown_as_open_items(self):
        key = self.make_key(self.unit)
        self.env["property.key.move"].create(
            {"key_id": key.id, "kind": "issue", "quantity": 2, "partner_id": self.owner.id}
        )
        transfer = self.make_transfer(self.unit, [(self.buyer, 1, 1)])
        self.assertIn("K1", transfer.item_ids.label)
        self.complete(transfer)

    def test_occupants(self):
        tenant = self.make_partner("Tenant")
        wife = self.make_partner("Wife")
        lives = self.make_occupancy(self.unit, self.owner, role="owner")
        family = self.make_occupancy(self.unit, wife)
        let = self.make_occupancy(self.unit, tenant, role="tenant")
        transfer = self.make_transfer(
            self.unit, [(self.buyer, 1, 1)], keep_tenants=True, new_owners_move_in=True
        )
        self.complete(transfer)
        self.assertEqual(lives.end_date, date(2025, 6, 30))
        self.assertEqual(family.end_date, date(2025, 6, 30))
        self.assertFalse(let.end_date)
        self.assertIn(self.buyer, self.unit.occupant_ids)
        self.assertEqual(transfer.ended_occupancy_ids, lives | family)

    def test_tenants_leave_when_not_kept(self):
        let = self.make_occupancy(self.unit, self.make_partner("Tenant"), role="tenant")
        self.complete(self.make_transfer(self.unit, [(self.buyer, 1, 1)], keep_tenants=False))
        self.assertEqual(let.end_date, date(2025, 6, 30))

    def test_state_cannot_be_written_around_the_gates(self):
        transfer = self.make_transfer(self.unit, [(self.buyer, 1, 1)])
        with self.assertRaises(UserError):
            transfer.state = "done"
        with self.assertRaises(UserError):
            self.make_transfer(self.make_unit("8"), [(self.buyer, 1, 1)], state="done")
        transfer.action_check()
        with self.assertRaises(UserError):
            transfer.effective_date = "2025-08-01"
        with self.assertRaises(UserError):
            transfer.line_ids.share_denominator = 2
        with self.assertRaises(UserError):
            transfer.unlink()
        transfer.action_draft()
        transfer.effective_date = "2025-08-01"
        transfer.action_cancel()
        transfer.unlink()

    @mute_logger("odoo.sql_db")
    def test_one_open_transfer_per_unit(self):
        self.make_transfer(self.unit, [(self.buyer, 1, 1)])
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self.make_transfer(self.unit, [(self.second, 1, 1)])

    def test_owners_changed_since_the_check(self):
        transfer = self.make_transfer(self.unit, [(self.buyer, 1, 1)])
        transfer.action_check()
        self.unit._set_owners(date(2025, 2, 1), [(self.second, 1, 1, True)])
        with self.assertRaisesRegex(UserError, "changed since"):
            transfer.action_done()
        transfer.action_draft()
        self.complete(transfer)
        self.assertEqual(transfer.seller_ids, self.second)

    def test_required_signature(self):
        self.env["property.evidence.policy"].create(
            {
                "model_id": self.env["ir.model"]._get("property.transfer").id,
                "evidence_type": "sale",
                "require_signature": True,
                "require_before": True,
            }
        )
        transfer = self.make_transfer(self.unit, [(self.buyer, 1, 1)])
        transfer.action_check()
        with self.assertRaisesRegex(UserError, "signature"):
            transfer.action_done()
        transfer.write({"signature": PIXEL, "signed_by": "Zhao Lei"})
        self.assertTrue(transfer.signed_at)
        transfer.evidence_ids = [Command.create({"kind": "before", "image": PIXEL})]
        self.assertEqual(transfer.evidence_ids.community_id, self.community)
        transfer.action_done()

    def test_manager_reverts_on_the_same_day_only(self):
        lives = self.make_occupancy(self.unit, self.owner, role="owner")
        with freeze_time("2025-07-02 04:00:00"):
            transfer = self.complete(self.make_transfer(self.unit, [(self.buyer, 1, 1)]))
            transfer.with_user(self.user_manager).action_revert()
            self.assertEqual(transfer.state, "cancelled")
            self.assertEqual(self.unit.owner_ids, self.owner)
            self.assertFalse(lives.end_date)
            again = self.complete(self.make_transfer(self.unit, [(self.buyer, 1, 1)]))
        with freeze_time("2025-07-03 04:00:00"), self.assertRaisesRegex(UserError, "earlier day"):
            again.with_user(self.user_manager).action_revert()
        with self.assertRaises(UserError):
            again.with_user(self.user_officer).action_revert()

    def test_revert_is_refused_when_something_was_built_on_it(self):
        transfer = self.complete(self.make_transfer(self.unit, [(self.buyer, 1, 1)]))
        self.unit._set_owners(date(2025, 9, 1), [(self.second, 1, 1, True)])
        with self.assertRaisesRegex(UserError, "changed again"):
            transfer.action_revert()

    def test_first_owner_of_a_unit(self):
        unit = self.make_unit("9")
        self.complete(self.make_transfer(unit, [(self.buyer, 1, 1)], kind="sale"))
        self.assertEqual(unit.ownership_ids.partner_id, self.buyer)

    def test_staff_prepare_and_officers_complete(self):
        transfer = (
            self.env["property.transfer"]
            .with_user(self.user_staff)
            .create(
                {
                    "unit_id": self.unit.id,
                    "effective_date": date(2025, 7, 1),
                    "line_ids": [Command.create({"partner_id": self.buyer.id})],
                }
            )
        )
        transfer.with_user(self.user_officer).document_waiver = "Seen"
        transfer.action_check()
        with self.assertRaises(UserError):
            transfer.action_done()
        transfer.with_user(self.user_officer).action_done()
        self.assertEqual(transfer.state, "done")

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_access(self):
        mine = self.make_transfer(self.unit, [(self.buyer, 1, 1)])
        other = self.make_transfer(
            self.make_unit(building=self.other_building), [(self.buyer, 1, 1)]
        )
        foreign = self.make_transfer(
            self.make_unit(building=self.foreign_building), [(self.buyer, 1, 1)]
        )
        Transfer = self.env["property.transfer"]
        seen = {
            self.user_staff: mine,
            self.user_officer: mine,
            self.user_manager: mine | other,
        }
        for user, expected in seen.items():
            with self.subTest(user.login):
                found = Transfer.with_user(user).search([])
                self.assertEqual(found & (mine | other | foreign), expected)
        for user in (self.user_owner, self.env.ref("base.public_user")):
            for operation in ("read", "write", "create", "unlink"):
                with self.subTest(user.login, operation=operation):
                    self.assertFalse(Transfer.with_user(user).has_access(operation))
        with self.assertRaises(AccessError):
            mine.with_user(self.user_staff).unlink()


class TestUnitDocument(PropertyCommon):
    def setUp(self):
        super().setUp()
        self.file = self.env["ir.attachment"].create({"name": "id.png", "datas": PIXEL})
        self.document = self.env["property.unit.document"].create(
            {
                "unit_id": self.make_unit().id,
                "type_id": self.env.ref("property_base.property_unit_document_type_identity").id,
                "attachment_ids": [Command.link(self.file.id)],
            }
        )

    def test_review(self):
        document = self.document.with_user(self.user_officer)
        with self.assertRaisesRegex(UserError, "Say why"):
            document.action_refuse()
        document.refusal_reason = "Unreadable"
        document.action_refuse()
        self.assertEqual(document.reviewed_by_id, self.user_officer)
        document.action_reset()
        document.action_accept()
        self.assertEqual(document.state, "accepted")
        with self.assertRaises(UserError):
            document.expiry_date = "2030-01-01"
        with self.assertRaises(UserError):
            document.unlink()

    def test_staff_do_not_review(self):
        with self.assertRaises(UserError):
            self.document.with_user(self.user_staff).action_accept()
        with self.assertRaises(UserError):
            self.document.with_user(self.user_staff).state = "accepted"

    def test_expired_or_empty_papers_are_not_accepted(self):
        self.document.expiry_date = "2020-01-01"
        self.assertIn(
            self.document, self.env["property.unit.document"].search([("is_expired", "=", True)])
        )
        with self.assertRaises(UserError):
            self.document.action_accept()
        self.document.write({"expiry_date": False, "attachment_ids": [Command.clear()]})
        with self.assertRaises(UserError):
            self.document.action_accept()

    def test_files_belong_to_the_document(self):
        self.assertEqual(self.file.res_model, "property.unit.document")
        self.assertEqual(self.file.res_id, self.document.id)
