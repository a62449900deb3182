"""MMEngine's Config, whose text is laid out only when its content has changed."""

from __future__ import annotations

from mmengine.config import Config

__all__ = ["FormattedConfig"]

_TEXTS: dict[str, str] = {}
_MOST_TEXTS = 8


class FormattedConfig(Config):
    """Upstream's Config with a text that is kept.

    Laying it out (yapf) takes a second or two, and a Runner asks for it four times at its start and again with every
    checkpoint.
    """

    @classmethod
    def of(cls, cfg: Config) -> FormattedConfig:
        """The same settings, shared with ``cfg``."""
        formatted = cls.__new__(cls)
        formatted.__setstate__(cfg.__getstate__())
        return formatted

    @property
    def pretty_text(self) -> str:
        """Upstream's, kept for the same content."""
        content = f"{self._format_python_code} {self.to_dict()!r}"
        if content not in _TEXTS:
            text = super().pretty_text
            while len(_TEXTS) >= _MOST_TEXTS:
                del _TEXTS[next(iter(_TEXTS))]
            _TEXTS[content] = text
        return _TEXTS[content]
