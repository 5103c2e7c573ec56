"""What moto has not got or breaks on, said as an AWS error instead of an HTML page.

The status is 501. An SDK takes 500 for a passing fault of the service and tries again, while
here no attempt ends differently; and 404, which moto gives for a path it does not know, reads
as if the resource were gone.
"""

import json
import traceback
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from moto.core.utils import get_service_model

from calls import operation_of
from wsgi import App, Environ, StartResponse, reply, signed_scope

STATUS = 501


class Faults:
    """Answers for moto where it raises, or has no answer of a service's kind."""

    def __init__(self, app: App) -> None:
        self.app = app

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        # Read now: moto consumes the body, and the operation's name may be in it.
        operation = operation_of(environ)
        protocol = protocol_of(environ)
        unknown = False

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            nonlocal unknown
            unknown = status.startswith("404") and ("Content-Type", HTML) in headers
            return None if unknown else start_response(status, headers, *rest)

        code = "LocalCloudNotImplemented"
        detail = ""
        try:
            answer = self.app(environ, start)
            if not unknown:
                return answer
        except NotImplementedError as fault:
            detail = f": {fault}"
        except Exception as fault:
            traceback.print_exc()
            code = "LocalCloudFault"
            detail = f": {type(fault).__name__}: {fault}; the local cloud's log has the rest"
        message = f"the local cloud cannot do {operation}{detail}"
        headers, body = worded(protocol, code, message)
        return reply(start_response, STATUS, headers, body.encode())


# Werkzeug's own page for a path that no service has; services answer in XML or JSON.
HTML = "text/html; charset=utf-8"


def protocol_of(environ: Environ) -> str:
    """The protocol that the caller wants to be answered in, by botocore's names."""
    if "HTTP_X_AMZ_TARGET" in environ:
        return "json"
    service = signed_scope(environ)[1]
    if service == "s3":
        return "s3"
    try:
        return str(get_service_model(service).metadata["protocol"])
    except Exception:
        # Signed for a name that is not the model's (`elasticloadbalancing`, say): those that
        # are not JSON are all query services.
        return "query"


def worded(protocol: str, code: str, message: str) -> tuple[dict[str, str], str]:
    """The headers and the body of an error."""
    if protocol in ("json", "rest-json"):
        body = json.dumps({"__type": code, "message": message})
        return {"Content-Type": "application/json", "x-amzn-errortype": code}, body
    inner = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    if protocol == "s3":
        body = f"<Error>{inner}</Error>"
    elif protocol == "ec2":
        body = (
            f"<Response><Errors><Error>{inner}</Error></Errors>"
            "<RequestID>local</RequestID></Response>"
        )
    else:
        body = (
            f"<ErrorResponse><Error><Type>Receiver</Type>{inner}</Error>"
            "<RequestId>local</RequestId></ErrorResponse>"
        )
    return {"Content-Type": "text/xml"}, body
