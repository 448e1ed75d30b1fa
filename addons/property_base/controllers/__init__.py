# SPDX-License-Identifier: LGPL-3.0-or-later
from . import place
from . import portal
from . import portal_binding
from . import portal_community
