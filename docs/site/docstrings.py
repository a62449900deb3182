"""An extension of Griffe: the roles of Sphinx in docstrings (``:class:`~a.b.Name` ``) become plain names."""

from __future__ import annotations

import re
from typing import Any

import griffe

_ROLE = re.compile(r":(?:attr|class|data|exc|func|meth|mod):`~?\.?(?P<path>[^`]+)`")


class PlainRoles(griffe.Extension):
    """Replace each role by the last part of its path."""

    def on_instance(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        """Rewrite the docstring of one object.

        Args:
            obj: a module, class, function or attribute.
            kwargs: not used.
        """
        if obj.docstring:
            obj.docstring.value = _ROLE.sub(lambda match: f"`{match['path'].split('.')[-1]}`", obj.docstring.value)
