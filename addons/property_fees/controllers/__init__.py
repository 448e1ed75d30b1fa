# SPDX-License-Identifier: LGPL-3.0-or-later
from . import portal
from . import payment
from . import tax_invoice
from . import charging
from . import statement
from . import autopay
from . import held
