# SPDX-License-Identifier: LGPL-3.0-or-later
from . import property_cashier_payment
from . import property_receipt_void
from . import property_register_import
from . import property_fee_report
from . import property_meter_import
from . import property_fee_package_assign
from . import property_deposit_deduct
from . import property_cashier_desk
from . import property_opening_import
from . import property_dunning_run
from . import property_fund_cover
