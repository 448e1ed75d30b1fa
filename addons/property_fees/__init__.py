# SPDX-License-Identifier: LGPL-3.0-or-later
from . import controllers, models, wizard
from .hooks import pre_init_hook, uninstall_hook
