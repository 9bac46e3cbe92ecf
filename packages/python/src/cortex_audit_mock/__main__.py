"""`python -m cortex_audit_mock …`: the command `cortex-audit-mock` with the same arguments."""

import os
import subprocess
import sys

from .binary import find_binary
from .errors import BinaryNotFoundError


def main() -> int:
    try:
        command = [str(find_binary()), *sys.argv[1:]]
    except BinaryNotFoundError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if os.name == "posix":
        # This process becomes the server, which then gets the signals.
        os.execv(command[0], command)
    return subprocess.run(command).returncode


if __name__ == "__main__":
    sys.exit(main())
