"""Commands that begin with less than others: what is taken from them is taken by a Python that then becomes them.

Nothing is done between fork and exec (`preexec_fn` of subprocess): threads that a library has there are not in the
forked process, and gRPC, whose thread it starts anew, says on standard error that its files are closed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

#: No file can grow beyond some kilobytes, as on a disk that is full.
FULL_DISK = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2**12, 2**12))"
#: Ctrl-C is heard, also where the tests themselves do not hear it, as in the background of a shell.
CTRL_C = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL)"
#: Permissions bind root, too: without CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, which PR_CAPBSET_DROP (24) takes.
PERMISSIONS = """
import ctypes
if os.geteuid() == 0:
    for capability in (1, 2):
        if ctypes.CDLL(None).prctl(24, capability, 0, 0, 0) != 0:
            print("this capability cannot be given up", file=sys.stderr)
            sys.exit(99)
"""


def after(first: str, command: Sequence[str]) -> list[str]:
    """Return a command that does as Python what is to come first, and then becomes `command`, whose path is whole."""
    if not first:
        return [*command]
    return [sys.executable, "-c", f"import os, sys\n{first}\nos.execv(sys.argv[1], sys.argv[1:])", *command]
