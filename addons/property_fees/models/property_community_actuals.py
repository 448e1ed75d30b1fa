# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models
from odoo.tools import SQL


class PropertyCommunity(models.Model):
    _inherit = "property.community"

    def _get_account_actuals(self, start, end):
        """Return what was posted on income and expense accounts for the community.

        Weighted with the part of each item that its analytic distribution gives to the community.

        :return: list of (account.account, credit less debit), as Decimal
        """
        self.ensure_one()
        lines = self.env["account.move.line"]
        lines.flush_model()
        if not self.analytic_account_id:
            return []
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.account_id,
                       SUM(-line.balance * share.percent::numeric / 100)
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                 CROSS JOIN LATERAL jsonb_each_text(line.analytic_distribution)
                       AS share(accounts, percent)
                 WHERE line.parent_state = 'posted' AND line.company_id = %(company)s
                   AND line.date BETWEEN %(start)s AND %(end)s
                   AND line.analytic_distribution IS NOT NULL
                   AND %(analytic)s = ANY(string_to_array(share.accounts, ','))
                   AND (account.account_type LIKE 'income%%'
                        OR account.account_type LIKE 'expense%%')
                 GROUP BY line.account_id ORDER BY line.account_id
                """,
                company=self.company_id.id,
                start=start,
                end=end,
                analytic=str(self.analytic_account_id.id),
            )
        )
        accounts = self.env["account.account"]
        return [(accounts.browse(account_id), amount) for account_id, amount in rows]
