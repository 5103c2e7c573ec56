"""How others know this server: the lock it holds, the record it writes, the memory it names."""

import contextlib
import fcntl
import json
import os
import shutil
import sys
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

LOCK_SECONDS = 5
WATCH_SECONDS = 1


class Presence:
    """One server's place in a run folder."""

    def __init__(self, run_folder: Path, owner: int | None) -> None:
        """`owner` is the process whose end is this server's end too, if it is not to outlive it."""
        self.lock_path = run_folder / "server.lock"
        self.record_path = run_folder / "server.json"
        self.owner = owner
        self.port = 0
        self.started_unix = int(time.time())
        self.memory = new_memory()

    def lock(self) -> None:
        """Take the lock that the kernel gives back when this process ends, however it ends."""
        self.lock_file = open(self.lock_path, "a")
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(self.lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                # A command that looks whether a server lives holds the lock for an instant.
                if time.monotonic() > deadline:
                    sys.exit(f"another server holds {self.lock_path}")
                time.sleep(0.01)

    def announce(self, port: int) -> None:
        """Write the record, whole or not at all."""
        self.port = port
        draft = self.record_path.with_suffix(".draft")
        draft.write_text(json.dumps(self.record()))
        os.replace(draft, self.record_path)

    def record(self) -> dict[str, object]:
        """What a command needs to find this server and to tell it from any other."""
        return {
            "pid": os.getpid(),
            "port": self.port,
            "started_unix": self.started_unix,
            "memory": self.memory,
        }

    def forget(self) -> None:
        """The cloud was emptied: what was recorded against the old memory is not in the new."""
        self.memory = new_memory()
        self.announce(self.port)

    def leave(self) -> None:
        """Say that this end is no crash."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            # A deleted run folder may have been made again, with another server's record.
            if json.loads(self.record_path.read_text())["memory"] == self.memory:
                self.record_path.unlink()

    def watch(self, end: Callable[[], None]) -> None:
        """Call `end` once nobody can reach this server: run folder deleted, or owner gone."""

        def look() -> None:
            while self.is_reachable():
                time.sleep(WATCH_SECONDS)
            if self.is_orphan():
                # A folder of an owner is a temporary one, and nobody else is left to remove it.
                shutil.rmtree(self.record_path.parent, ignore_errors=True)
            end()

        threading.Thread(target=look, daemon=True).start()

    def is_reachable(self) -> bool:
        """Whether commands still find the lock that this server holds."""
        if self.is_orphan():
            return False
        try:
            found = os.stat(self.lock_path)
        except FileNotFoundError:
            return False
        return os.path.samestat(found, os.fstat(self.lock_file.fileno()))

    def is_orphan(self) -> bool:
        """Whether this server had an owner that is gone."""
        return self.owner is not None and os.getppid() != self.owner


def new_memory() -> str:
    """A name that no other server, and no emptied one, ever had."""
    return uuid.uuid4().hex
