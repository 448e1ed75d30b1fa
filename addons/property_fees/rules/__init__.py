# SPDX-License-Identifier: LGPL-3.0-or-later
"""Rules of property fees: plain Python, no ORM, no float, no clock of their own."""
