# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    property_cashier_method = fields.Selection(
        [
            ("cash", "Cash"),
            ("pos", "POS card"),
            ("transfer", "Bank transfer"),
            ("wallet", "Wallet code"),
        ],
        string="Way of paying at the desk",
        help="Money that a cashier takes in this way is posted here. Without one, cash goes to the "
        "first cash journal and the rest to the first bank journal.",
    )
