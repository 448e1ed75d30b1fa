# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import csv
import io
import zipfile

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class PropertyLegalCase(models.Model):
    """A claim before a court or arbitration: the file, the decision, what came of it (FEE-23)."""

    _name = "property.legal.case"
    _description = "Claim"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    case_id = fields.Many2one(
        "property.arrears.case", required=True, readonly=True, index=True, ondelete="restrict"
    )
    community_id = fields.Many2one(related="case_id.community_id", store=True, index=True)
    company_id = fields.Many2one(related="case_id.company_id", store=True, index=True)
    unit_id = fields.Many2one(related="case_id.unit_id", store=True, index=True)
    partner_id = fields.Many2one(related="case_id.partner_id", store=True, string="Defendant")
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one("res.users", string="In charge", default=lambda self: self.env.user)
    lawyer_id = fields.Many2one("res.partner", string="Lawyer")
    kind = fields.Selection(
        [("payment_order", "Payment order"), ("court", "Court"), ("arbitration", "Arbitration")],
        required=True,
        default="court",
        tracking=True,
    )
    authority = fields.Char(
        string="Court or commission", help="Name of the court or arbitration commission."
    )
    reference = fields.Char(string="File number")
    claim_amount = fields.Monetary(required=True, tracking=True)
    filed_date = fields.Date(tracking=True)
    hearing_date = fields.Date(string="Court hearing", tracking=True)
    decision = fields.Selection(
        [
            ("won", "Granted"),
            ("partly", "Granted in part"),
            ("lost", "Dismissed"),
            ("settled", "Agreed out of court"),
            ("withdrawn", "Withdrawn"),
        ],
        tracking=True,
    )
    decision_date = fields.Date(tracking=True)
    decided_amount = fields.Monetary(tracking=True)
    late_waiver_id = fields.Many2one(
        "property.late.fee.waiver", string="Waiver of late fees", readonly=True, copy=False
    )
    note = fields.Text()
    state = fields.Selection(
        [
            ("preparing", "Being prepared"),
            ("filed", "Filed"),
            ("decided", "Decided"),
            ("enforcing", "Enforcement"),
            ("closed", "Case closed"),
        ],
        string="Status",
        required=True,
        default="preparing",
        readonly=True,
        tracking=True,
        group_expand=True,
    )
    is_unpaid_noted = fields.Boolean(
        string="Noted for the credit file",
        tracking=True,
        help="Decided and still not paid. Handed on only where a law allows it.",
    )
    legal_basis = fields.Char(
        tracking=True,
        help="Law, article and decision that allow to name the debtor to others.",
    )

    @api.constrains("is_unpaid_noted", "legal_basis", "state")
    def _check_legal_basis(self):
        for claim in self.filtered("is_unpaid_noted"):
            if not claim.legal_basis or claim.state not in ("decided", "enforcing", "closed"):
                raise ValidationError(
                    self.env._(
                        "A debtor is named to others only after a decision, and with the legal "
                        "basis written down."
                    )
                )

    def _compute_display_name(self):
        for claim in self:
            parts = (claim.reference, claim.case_id.display_name)
            claim.display_name = " ".join(part for part in parts if part)

    # === ACTIONS === #

    def action_build_file(self):
        """Pack claim, bills, reminders and account statement into one archive for the court."""
        self.ensure_one()
        attachment = self.env["ir.attachment"].create(
            {
                "name": f"{self.unit_id.name}-{fields.Date.context_today(self)}.zip",
                "datas": base64.b64encode(self._build_archive()),
                "res_model": self._name,
                "res_id": self.id,
                "mimetype": "application/zip",
            }
        )
        self.message_post(
            body=self.env._("Claim file with all documents"), attachment_ids=attachment.ids
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "self",
        }

    def action_file(self):
        """Note that the claim was handed in."""
        for claim in self:
            if not claim.authority:
                raise UserError(self.env._("Enter before which court the claim is."))
        self._move("filed", "filed_date")

    def action_decide(self):
        """Note the decision; what is still owed then goes to enforcement."""
        for claim in self:
            if not claim.decision:
                raise UserError(self.env._("Choose how it was decided."))
        self._move("decided", "decision_date")
        for claim in self:
            claim._on_decided()

    def action_enforce(self):
        """Note that enforcement was asked for."""
        self._move("enforcing")

    def action_waive_late_fees(self):
        """Prepare the waiver of late fees that were not granted; somebody else approves it."""
        self.ensure_one()
        if self.late_waiver_id and self.late_waiver_id.state != "refused":
            return self.late_waiver_id.get_formview_action()
        if self.decision not in ("partly", "lost", "settled") or self.state == "preparing":
            raise UserError(
                self.env._("Late fees are let off after a decision that did not grant all of them.")
            )
        labels = dict(self._fields["decision"]._description_selection(self.env))
        waiver = self.env["property.late.fee.waiver"].create(
            {
                "unit_id": self.unit_id.id,
                "value_date": self.decision_date or fields.Date.context_today(self),
                "reason": self.env._(
                    "Claim %(reference)s before %(authority)s: %(decision)s, %(amount)s granted.",
                    reference=self.reference or self.display_name,
                    authority=self.authority or "–",
                    decision=labels[self.decision],
                    amount=self.currency_id.format(self.decided_amount),
                ),
            }
        )
        bills_sudo = self._get_claim_bills()
        # sudo: which bill it is needs no right on accounting
        waiver.line_ids.filtered(lambda line: line.sudo().bill_id not in bills_sudo).unlink()
        if not waiver.line_ids:
            raise UserError(
                self.env._(
                    "No late fee is due on the bills of claim %(claim)s: there is nothing to let "
                    "off.",
                    claim=self.display_name,
                )
            )
        self.late_waiver_id = waiver
        return waiver.get_formview_action()

    def action_close(self):
        """Close the claim; the case goes on with what is left."""
        today = fields.Date.context_today(self)
        self._move("closed")
        self.case_id._refresh(today)

    def _move(self, state, date_field=None):
        for claim in self:
            vals = {"state": state}
            if date_field and not claim[date_field]:
                vals[date_field] = fields.Date.context_today(self)
            claim.write(vals)

    # === BUSINESS METHODS === #

    def _on_decided(self):
        """Called once after a decision was noted."""

    def _is_debtor_named(self):
        """Tell whether the debtor may be named to others: noted with its grounds, still unpaid."""
        self.ensure_one()
        return bool(
            self.is_unpaid_noted
            and self.legal_basis
            and self.state in ("decided", "enforcing", "closed")
            and self.case_id.state != "closed"
            and self._get_claim_bills()
        )

    def _get_claim_bills(self):
        """Return the bills that the claim is about, as sudo."""
        self.ensure_one()
        return self.case_id._get_bills()

    def _build_archive(self):
        """Return a zip archive with the documents of the claim."""
        self.ensure_one()
        # sudo: the documents of bills that the claim is about
        reports_sudo = self.env["ir.actions.report"].sudo()
        bills_sudo = self._get_claim_bills()
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            letter, _kind = reports_sudo._render_qweb_pdf("property_fees.report_claim", self.ids)
            archive.writestr("01-claim.pdf", letter)
            archive.writestr("02-account.csv", self._build_account(bills_sudo))
            for number, bill_sudo in enumerate(bills_sudo, start=1):
                pdf, _kind = reports_sudo._render_qweb_pdf(
                    "property_fees.report_bill", bill_sudo.ids
                )
                name = (bill_sudo.name or "").replace("/", "-")
                archive.writestr(f"03-bills/{number:02d}-{name}.pdf", pdf)
            if self.case_id.reminder_ids:
                pdf, _kind = reports_sudo._render_qweb_pdf(
                    "property_fees.report_reminder", self.case_id.ids
                )
                archive.writestr("04-reminder.pdf", pdf)
                archive.writestr("05-reminders.csv", self._build_reminders())
        return stream.getvalue()

    def _build_account(self, bills_sudo):
        rows = [
            [
                self.env._("Bill"),
                self.env._("Bill date"),
                self.env._("Due"),
                self.env._("Total"),
                self.env._("Owed"),
            ]
        ]
        rows += [
            [
                bill_sudo.name,
                bill_sudo.invoice_date,
                bill_sudo.invoice_date_due,
                f"{bill_sudo.amount_total:.2f}",
                f"{bill_sudo.amount_residual:.2f}",
            ]
            for bill_sudo in bills_sudo
        ]
        return self._write_csv(rows)

    def _build_reminders(self):
        rows = [[self.env._("Day"), self.env._("Reminder"), self.env._("Overdue then")]]
        rows += [
            [reminder.sent_date, reminder.level_id.name, f"{reminder.amount:.2f}"]
            for reminder in self.case_id.reminder_ids.sorted("sent_date")
        ]
        return self._write_csv(rows)

    @api.model
    def _write_csv(self, rows):
        stream = io.StringIO()
        csv.writer(stream).writerows(rows)
        return stream.getvalue().encode("utf-8-sig")
