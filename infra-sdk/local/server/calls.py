"""One log line a call: what was asked of which service, and how it ended."""

import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs

from wsgi import App, Environ, StartResponse, read_body, signed_scope


class CallLog:
    """Writes the log. Names only: a request's values may be secret."""

    def __init__(self, app: App) -> None:
        self.app = app

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        operation = operation_of(environ)
        began = time.monotonic()
        status = "?"

        def start(line: str, headers: Any, *rest: Any) -> Any:
            nonlocal status
            status = line.split(" ", 1)[0]
            return start_response(line, headers, *rest)

        try:
            return self.app(environ, start)
        finally:
            if not environ.get("PATH_INFO", "").startswith("/moto-api/infra-local"):
                took = round((time.monotonic() - began) * 1000)
                now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
                print(f"{now} {status} {operation} {took} ms", flush=True)


def operation_of(environ: Environ) -> str:
    """What a request asks for, for people: `us-east-1 ec2 CreateVpc`."""
    path = environ.get("PATH_INFO", "")
    region, service = signed_scope(environ)
    where = f"{region} {service}".strip()
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return f"{where} {target.rpartition('.')[2]}"
    if path.startswith("/service/"):
        return f"{where} {path.rpartition('/')[2]}"
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        action = parse_qs(read_body(environ).decode(errors="replace")).get("Action")
        if action:
            return f"{where} {action[0]}"
    return f"{where} {environ.get('REQUEST_METHOD')} {path}".strip()
