# SPDX-License-Identifier: LGPL-3.0-or-later
"""The error that a rule raises; models turn its code into a translated sentence."""


class RuleError(ValueError):
    """A rule refuses its input.

    :param code: stable identifier, e.g. ``period_reversed``
    :param params: the values that the message to the user names
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(f"{code}: {params}" if params else code)
        self.code = code
        self.params = params
