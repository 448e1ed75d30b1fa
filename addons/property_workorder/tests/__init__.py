# SPDX-License-Identifier: LGPL-3.0-or-later
from . import test_workorder_flow
from . import test_clock
from . import test_dispatch
from . import test_access
from . import test_incident
from . import test_service
from . import test_plan
from . import test_portal
from . import test_gather
from . import test_project
from . import test_oversight
from . import test_answer
from . import test_complaint
from . import test_photo
from . import test_cost
from . import test_js
from . import test_print
