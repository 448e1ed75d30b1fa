# SPDX-License-Identifier: LGPL-3.0-or-later
"""The launcher behind the Makefile: platform, PostgreSQL, database, server, tests.

Standard library only, because it runs before the virtual environment exists.
"""
