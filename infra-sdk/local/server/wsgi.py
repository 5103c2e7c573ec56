"""The few WSGI gestures that every layer around moto needs."""

import io
import json
from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]


def read_body(environ: Environ) -> bytes:
    """The request's body, still there for the next layer."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length:
        body: bytes = environ["wsgi.input"].read(length)
    elif environ.get("wsgi.input_terminated"):
        # Sent in chunks, so without a length.
        body = environ["wsgi.input"].read()
    else:
        body = b""
    replace_body(environ, body)
    return body


def replace_body(environ: Environ, body: bytes) -> None:
    """Give the next layer this body instead."""
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)


class Answer:
    """What an application answered, kept so that it can be changed before it is sent."""

    def __init__(self, app: App, environ: Environ) -> None:
        self.status = 500
        self.headers: dict[str, str] = {}
        parts = app(environ, self._start)
        try:
            self.body = b"".join(parts)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()

    def _start(self, status: str, headers: list[tuple[str, str]], *_: object) -> None:
        self.status = int(status.split(" ", 1)[0])
        self.headers = {name.lower(): value for name, value in headers}


def reply(
    start_response: StartResponse, status: int, headers: dict[str, str], body: bytes
) -> Iterable[bytes]:
    """Send one whole answer."""
    sent = {**headers, "Content-Length": str(len(body))}
    # HTTP wants a reason after the code; no client reads it.
    start_response(f"{status} -", list(sent.items()))
    return [body]


def reply_json(start_response: StartResponse, status: int, value: object) -> Iterable[bytes]:
    """Send one JSON answer."""
    body = json.dumps(value).encode()
    return reply(start_response, status, {"Content-Type": "application/json"}, body)


def signed_scope(environ: Environ) -> tuple[str, str]:
    """The region and the service that a request was signed for; empty if it was not signed."""
    for word in environ.get("HTTP_AUTHORIZATION", "").split():
        if word.startswith("Credential="):
            parts = word.rstrip(",").split("/")
            if len(parts) >= 5:
                return parts[-3], parts[-2]
    return "", ""
