# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the rules refuse, with a stable code that the models put into words."""


class RuleError(ValueError):
    """A rule cannot give an answer.

    :param code: stable word, such as ``no_calendar``
    """

    def __init__(self, code: str, **details: object) -> None:
        """Keep the code, and what the message needs."""
        super().__init__(code)
        self.code = code
        self.details = details
