# SPDX-License-Identifier: LGPL-3.0-or-later
"""The one exception type of the pure rules."""


class RuleError(ValueError):
    """A rule cannot be applied to what it was given.

    :param code: stable identifier; models map it to a translated text
    :param details: named values for that text
    """

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details
