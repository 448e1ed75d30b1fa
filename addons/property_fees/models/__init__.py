# SPDX-License-Identifier: LGPL-3.0-or-later
from . import account_journal
from . import account_move
from . import account_payment
from . import property_fee_payable
from . import property_unit
from . import property_community
from . import property_fee_item
from . import property_fee_price
from . import property_fee_assignment
from . import property_fee_charge
from . import property_fee_run
from . import property_fee_run_compute
from . import property_fee_run_post
from . import property_fee_run_fast
from . import property_fee_run_skip
from . import property_cashier_shift
from . import property_receipt
