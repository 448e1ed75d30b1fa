# SPDX-License-Identifier: LGPL-3.0-or-later
from . import test_money
from . import test_portal
