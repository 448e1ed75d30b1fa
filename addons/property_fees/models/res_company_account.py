# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# kind: account type and beginnings of the code beside which the account is made, the first that
# the chart has: l10n_cn (small and large companies), then whatever has the type
PLACES = {
    "prepaid": ("liability_current", ("2203",)),
    "deposit": ("liability_current", ("2241",)),
    "agent": ("liability_current", ("2241",)),
    "late_fee": ("income_other", ("5301", "6301")),
    "damage": ("income_other", ("5301", "6301")),
    "cash_difference": ("expense", ("5603", "6711")),
    "collector": ("asset_current", ("1221",)),
    "fund": ("liability_current", ("2241",)),
    "deferred": ("liability_current", ("2203",)),
    "takeover": ("asset_current", ("1221",)),
    "cover": ("income_other", ("5301", "6301")),
    "bad_debt": ("expense", ("5711", "6702", "6701", "5603", "6711")),
}
FALLBACK = {
    "liability_current": "224100",
    "income_other": "530100",
    "expense": "560300",
    "asset_current": "122100",
}


class ResCompany(models.Model):
    """Accounts for money that is not income from fees; made from the chart when first needed."""

    _inherit = "res.company"

    property_tax_template = fields.Binary(
        string="Template of the tax platform",
        attachment=True,
        help="The workbook for issuing in bulk, as downloaded from the tax platform. Requests are "
        "written into it by the names of its columns. Empty: a workbook with the usual columns.",
    )
    property_tax_template_name = fields.Char(string="Name of the template")
    property_prepaid_account_id = fields.Many2one(
        "account.account",
        string="Account of prepaid fees",
        check_company=True,
        help="Liability for money paid before it is owed.",
    )
    property_deposit_account_id = fields.Many2one(
        "account.account",
        string="Account of deposits",
        check_company=True,
        help="Liability for deposits that are given back.",
    )
    property_agent_account_id = fields.Many2one(
        "account.account",
        string="Account of money collected for others",
        check_company=True,
        help="Liability for water, power or heating money that is passed on.",
    )
    property_late_fee_account_id = fields.Many2one(
        "account.account", string="Account of late fees", check_company=True
    )
    property_damage_account_id = fields.Many2one(
        "account.account", string="Account of damage paid", check_company=True
    )
    property_cash_difference_account_id = fields.Many2one(
        "account.account",
        string="Account of cash over and short",
        check_company=True,
        help="Differences between the cash counted and the cash expected.",
    )
    property_collector_account_id = fields.Many2one(
        "account.account",
        string="Account of money at collectors",
        check_company=True,
        help="What collectors took and have not handed over.",
    )

    property_fund_account_id = fields.Many2one(
        "account.account",
        string="Account of owners' funds",
        check_company=True,
        help="Liability for the money of all owners: maintenance fund, common income, trustee.",
    )
    property_deferred_account_id = fields.Many2one(
        "account.account",
        string="Account of deferred fees",
        check_company=True,
        help="Liability for fees that are billed and not earned yet.",
    )
    property_takeover_account_id = fields.Many2one(
        "account.account",
        string="Account of debts taken over",
        check_company=True,
        help="Debts pass through it from the old to the new owner; it is empty afterwards.",
    )

    property_cover_account_id = fields.Many2one(
        "account.account",
        string="Account of shortfalls covered",
        check_company=True,
        help="Income from common income of the owners that covers a shortfall of the fees.",
    )
    property_bad_debt_account_id = fields.Many2one(
        "account.account",
        string="Account of bad debts",
        check_company=True,
        help="Loss on debts that are written off; what is paid later after all lowers it.",
    )

    def _get_property_account(self, kind):
        """Return the account of a kind of money, made from the chart when the company has none.

        :param kind: a key of ``PLACES``
        :return: `account.account` with sudo
        :raise UserError: when the company has no chart of accounts
        """
        self.ensure_one()
        # sudo: whoever takes money at the desk need not be an accountant
        company_sudo = self.sudo()
        name = f"property_{kind}_account_id"
        if not company_sudo[name]:
            self.env.cr.execute(SQL("SELECT id FROM res_company WHERE id = %s FOR UPDATE", self.id))
            company_sudo[name] = company_sudo._create_property_account(kind)
        return company_sudo[name]

    def _create_property_account(self, kind):
        account_type, beginnings = PLACES[kind]
        accounts = self.env["account.account"].with_company(self)
        domain = [*accounts._check_company_domain(self), ("account_type", "=", account_type)]
        all_accounts = accounts.search(domain)
        if not all_accounts and not accounts.search_count(
            accounts._check_company_domain(self), limit=1
        ):
            raise UserError(
                self.env._(
                    "Company %(company)s has no chart of accounts. Install one first.",
                    company=self.name,
                )
            )
        beside = next(
            (
                found
                for start in beginnings
                if (
                    found := all_accounts.filtered(
                        lambda account, start=start: (account.code or "").startswith(start)
                    )
                )
            ),
            all_accounts,
        )
        code = max(beside.mapped("code"), default=FALLBACK[account_type])
        account = accounts.create(
            {
                "name": self._get_property_account_names()[kind],
                "code": accounts._search_new_account_code(code),
                "account_type": account_type,
                "company_ids": [fields.Command.link(self.id)],
            }
        )
        for lang, _name in self.env["res.lang"].get_installed():
            names = self.with_context(lang=lang)._get_property_account_names()
            account.with_context(lang=lang).name = names[kind]
        return account

    def _get_property_account_names(self):
        return {
            "prepaid": self.env._("Prepaid fees"),
            "deposit": self.env._("Deposits of residents"),
            "agent": self.env._("Collected for others"),
            "late_fee": self.env._("Late fee income"),
            "damage": self.env._("Damage paid by residents"),
            "cash_difference": self.env._("Cash over and short"),
            "collector": self.env._("Money at collectors"),
            "fund": self.env._("Funds of the owners"),
            "deferred": self.env._("Fees billed and not earned yet"),
            "takeover": self.env._("Debts taken over"),
            "cover": self.env._("Shortfall covered by common income"),
            "bad_debt": self.env._("Bad debts"),
        }

    def action_create_property_accounts(self):
        """Make the accounts that are missing."""
        for company in self:
            company.check_access("write")
            for kind in PLACES:
                company._get_property_account(kind)

    def _get_property_misc_journal(self):
        """Return the journal of entries that move money between a payer's accounts, with sudo.

        :raise UserError: when the company has no general journal
        """
        self.ensure_one()
        # sudo: as in _get_property_account
        journals_sudo = self.env["account.journal"].sudo()
        journal_sudo = journals_sudo.search(
            [*journals_sudo._check_company_domain(self), ("type", "=", "general")], limit=1
        )
        if not journal_sudo:
            raise UserError(
                self.env._(
                    "Company %(company)s has no journal for miscellaneous entries. Ask the "
                    "accountant to make one.",
                    company=self.name,
                )
            )
        return journal_sudo
