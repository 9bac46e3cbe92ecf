"""Finds the binary `cortex-audit-mock`."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from pathlib import Path
from typing import Iterator

from .errors import BinaryNotFoundError

VARIABLE = "CORTEX_AUDIT_MOCK_BINARY"
NAME = "cortex-audit-mock"


def find_binary() -> Path:
    """The binary that `CORTEX_AUDIT_MOCK_BINARY` names, or else that of this package, or else the one on the `PATH`."""
    named = os.environ.get(VARIABLE)
    if named:
        if not os.access(named, os.X_OK) or os.path.isdir(named):
            raise BinaryNotFoundError(f"{VARIABLE} is {named}, which is not a program; unset it, or give it the path of {NAME}")
        return Path(named)
    for folder in _script_folders():
        path = folder / (NAME + (sysconfig.get_config_var("EXE") or ""))
        if path.is_file():
            return path
    found = shutil.which(NAME)
    if found is None:
        raise BinaryNotFoundError(
            f"{NAME} was installed without a binary for {sysconfig.get_platform()}: take one from an archive of the release, or "
            f"build it with cargo, and put it on the PATH or name it in {VARIABLE}"
        )
    return Path(found)


def _script_folders() -> Iterator[Path]:
    """Where pip puts the binary: the scripts of the environment, those of `--user`, and those of `--target`."""
    yield Path(sysconfig.get_path("scripts"))
    user = sysconfig.get_preferred_scheme("user") if sys.version_info >= (3, 10) else f"{os.name}_user"
    yield Path(sysconfig.get_path("scripts", user))
    yield Path(__file__).parents[1] / "bin"
