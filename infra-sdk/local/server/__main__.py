"""The local cloud's server: moto's AWS on a free port of 127.0.0.1, for one project.

Run as `python -I <this folder> <run folder>`. It holds `server.lock` in the run folder for as
long as it lives, so that the lock tells whether it does, and says where it listens in
`server.json`. A clean end removes that file; a crash leaves it behind, which is how the next
command learns that there was one.
"""

import os
import signal
import sys
from pathlib import Path

from presence import Presence


def main() -> None:
    """Serve until a signal, or until nobody can reach this server any more."""
    run_folder = Path(sys.argv[1])
    owner = int(sys.argv[2]) if len(sys.argv) > 2 else None
    if os.getpgrp() != os.getpid():
        # A session of its own: Ctrl-C and a closing terminal are for the command, not for the
        # cloud. The leader of a process group cannot have one and does not need it as much.
        os.setsid()
    presence = Presence(run_folder, owner)
    presence.lock()

    # Importing moto takes most of the start, so it waits until the lock says it is worth it.
    from cloud import bind

    server = bind(presence)
    os.environ["MOTO_PORT"] = str(server.server_port)

    def end(*_: object) -> None:
        # At once: requests still being answered are not waited for, their memory ends here.
        presence.leave()
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    presence.watch(end)
    presence.announce(server.server_port)
    server.serve_forever()


main()
