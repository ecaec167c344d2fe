"""How the words of a text become its vector: the flag of all verbs that make one."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from omnivec.cli.flags import choice


def recipes() -> tuple[str, ...]:
    """Names of the recipes; imported late, since flags are made early."""
    from typing import get_args

    from omnivec.data.sentences import Recipe

    return get_args(Recipe)


Recipe = Annotated[str | None, choice("recipe", recipes), Parameter(metavar="NAME", show_default=False)]
