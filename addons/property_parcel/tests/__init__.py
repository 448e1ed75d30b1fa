# SPDX-License-Identifier: LGPL-3.0-or-later
from . import test_access
from . import test_ageing
from . import test_collect
from . import test_courier
from . import test_desk
from . import test_js
from . import test_locker
from . import test_manifest
from . import test_portal
from . import test_safety
