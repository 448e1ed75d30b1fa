# SPDX-License-Identifier: LGPL-3.0-or-later
from . import test_fee_item
from . import test_fee_run_flow
from . import test_cashier_flow
from . import test_fast_path
from . import test_portal
from . import test_late_fee
from . import test_access
from . import test_register_import
from . import test_portal_payment
from . import test_fee_ledger
from . import test_meter
from . import test_formula_item
from . import test_share_pool
from . import test_waiver
from . import test_channel_statement
from . import test_tax_invoice
from . import test_approval
