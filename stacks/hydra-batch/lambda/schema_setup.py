"""Runs a script on a MySQL server unless it ran last: the database remembers the digest of the script that made it."""

import hashlib
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator

import pymysql
from pymysql.constants import CLIENT, ER

LOCK = "hydra schema setup"
LOCK_SECONDS = 60
RECORD = """
CREATE TABLE IF NOT EXISTS hydra_schema_setup (
  id TINYINT NOT NULL PRIMARY KEY,
  digest CHAR(64) NOT NULL,
  applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
)
"""


def connect(
    host: str,
    port: int,
    database: str,
    user: str,
    password: str,
    certificates: Path | None = None,
) -> pymysql.Connection:
    """A connection that takes several statements at once, encrypted wherever the server can."""
    trusted: dict[str, Any] = {}
    if certificates:
        trusted = {"ssl_ca": str(certificates), "ssl_verify_cert": True, "ssl_verify_identity": True}
    return pymysql.connect(
        host=host,
        port=port,
        database=database,
        user=user,
        password=password,
        charset="utf8mb4",
        autocommit=True,
        connect_timeout=10,
        client_flag=CLIENT.MULTI_STATEMENTS,
        **trusted,
    )


def set_up(connection: pymysql.Connection, script: bytes) -> dict[str, Any]:
    """Runs the script, unless it is the one that ran last."""
    digest = hashlib.sha256(script).hexdigest()
    with connection.cursor() as cursor, alone(cursor):
        cursor.execute(RECORD)
        cursor.execute("SELECT digest FROM hydra_schema_setup WHERE id = 1")
        if cursor.fetchone() == (digest,):
            return {"applied": False, "sha256": digest, "statements": 0}
        # A script that stops half way leaves neither the old tables nor the new ones, and has to run again.
        cursor.execute("DELETE FROM hydra_schema_setup")
        statements = run(cursor, script.decode("utf-8"))
        cursor.execute("INSERT INTO hydra_schema_setup (id, digest) VALUES (1, %s)", (digest,))
        return {"applied": True, "sha256": digest, "statements": statements}


@contextmanager
def alone(cursor: Any) -> Iterator[None]:
    """Keeps others out that would do the same at the same time; a broken connection lets them in."""
    cursor.execute("SELECT GET_LOCK(%s, %s)", (LOCK, LOCK_SECONDS))
    if cursor.fetchone() != (1,):
        raise RuntimeError(f"somebody else has been setting up the database for {LOCK_SECONDS} seconds")
    try:
        yield
    finally:
        try:
            cursor.execute("SELECT RELEASE_LOCK(%s)", (LOCK,))
        except pymysql.err.Error:
            pass


def run(cursor: Any, script: str) -> int:
    """Runs all statements of a script and says how many they were. The server finds where each ends, as only it can."""
    done = 0
    try:
        cursor.execute(script)
        done = 1
        while cursor.nextset():
            done += 1
    except pymysql.err.Error as error:
        # What is left when the last statement has ended may be a comment.
        if error.args and error.args[0] == ER.EMPTY_QUERY and done:
            return done
        raise RuntimeError(f"statement {done + 1} of the script failed: {error}") from error
    return done
