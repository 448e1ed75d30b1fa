# SPDX-License-Identifier: LGPL-3.0-or-later
from . import account_move
from . import property_workorder
