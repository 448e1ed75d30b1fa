# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_write_off import WriteOffCommon


@tagged("post_install", "-at_install")
class TestArrearsHelp(WriteOffCommon):
    """Nobody outside hears of a debt without a legal basis and a second person."""

    def ask(self, user=None, **vals):
        cases = self.env["property.arrears.case"]._update_cases(self.community)
        case = cases.filtered(lambda one: one.unit_id == self.unit)
        return (
            self.env["property.arrears.help"]
            .with_user(user or self.user_officer)
            .create(
                {
                    "case_id": case.id,
                    "recipient": "Legal aid centre",
                    "legal_basis": "PIPL art. 13",
                    **vals,
                }
            )
        )

    def test_checked_by_who_answers_for_data_then_sent_and_logged(self):
        one = self.ask()
        one.action_submit()
        with self.assertRaisesRegex(UserError, "privacy check"):
            one.action_print()
        with self.assertRaisesRegex(UserError, "answers for personal data"):
            one.with_user(self.accountant).action_check()
        with self.assertRaises(UserError):
            one.action_send()
        one.with_user(self.user_manager).action_check()
        self.assertEqual((one.state, one.checker_id), ("checked", self.user_manager))
        one.action_send()
        log = self.env["property.personal.data.log"].search([("field_name", "=", "debt")], limit=1)
        self.assertEqual((log.partner_id, log.action), (self.owner, "export"))
        self.assertIn("Legal aid centre", log.purpose)
        with self.assertRaisesRegex(UserError, "what was answered"):
            one.action_answer()
        one.answer = "Mediation on Monday"
        one.action_answer()
        self.assertEqual(one.state, "answered")
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("property_fees.report_arrears_help", one.ids)[0]
            .decode()
        )
        self.assertIn("438.84", html)
        self.assertIn("PIPL art. 13", html)

    def test_the_amount_is_said_only_where_it_is_needed(self):
        one = self.ask(shows_amount=False)
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("property_fees.report_arrears_help", one.ids)[0]
            .decode()
        )
        self.assertNotIn("438.84", html)

    def test_no_basis_no_decision_no_second_person(self):
        with self.assertRaisesRegex(UserError, "legal basis"):
            self.ask(legal_basis=" ").action_submit()
        employer = self.ask(kind="employer", recipient="Factory")
        with self.assertRaisesRegex(UserError, "has decided"):
            employer.action_submit()
        claim = self.env["property.legal.case"].create(
            {"case_id": employer.case_id.id, "claim_amount": 438.84, "authority": "Court"}
        )
        claim.action_file()
        claim.decision = "won"
        claim.action_decide()
        employer.action_submit()
        mine = self.ask(self.user_manager)
        mine.action_submit()
        with self.assertRaisesRegex(UserError, "somebody else"):
            mine.action_check()
        with self.assertRaises(UserError):
            mine.legal_basis = "other"
        with self.assertRaises(UserError):
            mine.state = "sent"
        with self.assertRaises(UserError):
            mine.unlink()
        with self.assertRaises(AccessError):
            mine.with_user(self.user_staff).read(["body"])
