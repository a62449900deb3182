"""The account that the download needs. A password is never shown, logged or written by this package."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import NamedTuple

from mmsynloc.utils import UserError

__all__ = ["REGISTER_URL", "Credentials", "credentials_file", "find_credentials"]

REGISTER_URL = "https://research.spiideo.com"


class Credentials(NamedTuple):
    """E-mail and password; ``source`` says where they came from."""

    email: str
    password: str
    source: str

    def __repr__(self) -> str:
        return f"Credentials(email=..., password=..., source={self.source!r})"

    def redact(self, text: str) -> str:
        """``text`` without the password and the e-mail."""
        for secret in (self.password, self.email):
            text = text.replace(secret, "***") if secret else text
        return text


def credentials_file() -> Path:
    """Where the SoccerNet package keeps ``["email", "password"]``."""
    return Path.home() / ".cache" / "spiideo_research" / "credentials.json"


def find_credentials() -> Credentials:
    """From ``SYNLOC_EMAIL`` and ``SYNLOC_PASSWORD``, else the SoccerNet package's file, else a prompt on a terminal.

    Raises:
        UserError: there are none and no terminal for a prompt, or what is there cannot be used.
    """
    email, password = os.environ.get("SYNLOC_EMAIL"), os.environ.get("SYNLOC_PASSWORD")
    if email and password:
        return Credentials(email, password, "SYNLOC_EMAIL and SYNLOC_PASSWORD")
    if email or password:
        raise UserError(f"{'SYNLOC_PASSWORD' if email else 'SYNLOC_EMAIL'}: not set, though its partner is")
    if credentials_file().exists():
        return _read_file(credentials_file())
    if sys.stdin is not None and sys.stdin.isatty():
        return _ask()
    raise UserError(
        f"no credentials: register at {REGISTER_URL}, then set SYNLOC_EMAIL and SYNLOC_PASSWORD "
        f'or write ["email", "password"] to {credentials_file()}'
    )


def _read_file(path: Path) -> Credentials:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        content = None  # the error would quote the content, so it is not passed on
    if not (isinstance(content, list) and len(content) == 2 and all(isinstance(c, str) and c for c in content)):
        raise UserError(f'{path}: cannot be used; it must hold ["email", "password"]')
    email, password = content
    return Credentials(email, password, str(path))


def _ask() -> Credentials:
    from getpass import getpass

    print(f"The data set needs an account: register at {REGISTER_URL}. Nothing you type is stored.", file=sys.stderr)
    return Credentials(input("e-mail: ").strip(), getpass("password: "), "what was typed")
