# SPDX-License-Identifier: LGPL-3.0-or-later
from . import test_registry
from . import test_ownership
from . import test_scope_access
from . import test_authority
from . import test_report_pdf
from . import test_personal_data
from . import test_post
from . import test_parameter
from . import test_report_labels
from . import test_portal
from . import test_service_centre
from . import test_transfer_flow
from . import test_key_ledger
from . import test_life_concurrency
from . import test_report_prints
from . import test_register_import
from . import test_handover_flow
