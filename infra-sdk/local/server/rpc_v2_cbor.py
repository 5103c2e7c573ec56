"""The smithy RPC v2 CBOR protocol, which newer SDKs speak to CloudWatch and moto does not.

A request in it becomes the AWS JSON one that moto does answer, and the answer goes the other
way, with the service's own model saying which numbers are timestamps, which are floating, and
which strings are bytes.
"""

import base64
import gzip
import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import cbor2
from botocore.model import OperationModel
from botocore.utils import parse_timestamp
from moto.core.utils import get_service_model

from wsgi import (
    Answer,
    App,
    Environ,
    StartResponse,
    read_body,
    replace_body,
    reply,
    signed_scope,
)

PATH = re.compile(r"/service/(?P<service>[^/]+)/operation/(?P<operation>[^/]+)")
# The services as the protocol names them, and as botocore does.
SERVICES = {"GraniteServiceVersion20100801": "cloudwatch"}
HEADERS = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
EPOCH_SECONDS = 1


class RpcV2Cbor:
    """Turns this protocol's requests into AWS JSON ones, and leaves all others alone."""

    def __init__(self, app: App) -> None:
        self.app = app

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = PATH.fullmatch(environ.get("PATH_INFO", ""))
        if path is None or environ.get("HTTP_SMITHY_PROTOCOL") != "rpc-v2-cbor":
            return self.app(environ, start_response)
        name = SERVICES.get(path["service"])
        if name is None:
            return refuse(
                start_response,
                404,
                "UnknownOperationException",
                f"the local cloud does not speak CBOR for {path['service']}: "
                "add it to SERVICES in rpc_v2_cbor.py",
            )
        model = get_service_model(name)
        if path["operation"] not in model.operation_names:
            return refuse(
                start_response,
                404,
                "UnknownOperationException",
                f"{name} has no operation {path['operation']}",
            )
        operation = model.operation_model(path["operation"])
        try:
            body = request_json(environ)
        except (cbor2.CBORDecodeError, OSError, TypeError, ValueError) as error:
            return refuse(
                start_response, 400, "SerializationException", f"not a CBOR request: {error}"
            )
        as_json(environ, path["service"], path["operation"], body)
        answer = Answer(self.app, environ)
        if answer.status >= 400:
            return refused(start_response, environ, operation, answer)
        shape = operation.output_shape
        if shape is None:
            return reply(start_response, answer.status, {"smithy-protocol": "rpc-v2-cbor"}, b"")
        value = to_cbor(json.loads(answer.body or b"{}"), shape)
        return reply(start_response, answer.status, HEADERS, cbor2.dumps(value))


def request_json(environ: Environ) -> bytes:
    """The request's CBOR body as JSON."""
    body = read_body(environ)
    if environ.pop("HTTP_CONTENT_ENCODING", None) == "gzip":
        body = gzip.decompress(body)
    members = from_cbor(cbor2.loads(body)) if body else {}
    if not isinstance(members, dict):
        raise TypeError("a request is a map")
    return json.dumps(members).encode()


def as_json(environ: Environ, service: str, operation: str, body: bytes) -> None:
    """Make the request the AWS JSON one."""
    replace_body(environ, body)
    environ["CONTENT_TYPE"] = "application/x-amz-json-1.0"
    environ["HTTP_X_AMZ_TARGET"] = f"{service}.{operation}"
    environ["HTTP_ACCEPT"] = "application/json"
    environ["PATH_INFO"] = environ["RAW_URI"] = environ["REQUEST_URI"] = "/"
    if not signed_scope(environ)[1]:
        # moto finds the service by the signature's scope; an unsigned caller may still ask.
        environ["HTTP_AUTHORIZATION"] = (
            "AWS4-HMAC-SHA256 Credential=test/20000101/us-east-1/monitoring/aws4_request, "
            "SignedHeaders=host, Signature=none"
        )


def from_cbor(value: Any) -> Any:
    """A decoded CBOR value as JSON has it."""
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, list):
        return [from_cbor(item) for item in value]
    if isinstance(value, dict):
        return {key: from_cbor(item) for key, item in value.items()}
    # NaN and the infinities go as Python writes and reads them; moto is Python too.
    return value


def to_cbor(value: Any, shape: Any) -> Any:
    """A JSON value as the protocol has it, by its shape. Nulls and unknown members are left out."""
    kind = shape.type_name
    if kind == "structure":
        return {
            name: to_cbor(value[name], member)
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if kind == "list":
        return [to_cbor(item, shape.member) for item in value]
    if kind == "map":
        return {key: to_cbor(item, shape.value) for key, item in value.items()}
    if kind == "timestamp":
        seconds = value if isinstance(value, int | float) else parse_timestamp(value).timestamp()
        return cbor2.CBORTag(EPOCH_SECONDS, float(seconds))
    if kind == "blob":
        return base64.b64decode(value)
    if kind in ("double", "float"):
        # JSON has whole numbers where the protocol wants floating ones, and NaN as a string.
        return float(value)
    if kind in ("integer", "long"):
        return int(value)
    return value


def refused(
    start_response: StartResponse, environ: Environ, operation: OperationModel, answer: Answer
) -> Iterable[bytes]:
    """moto's error in this protocol."""
    try:
        error = json.loads(answer.body)
        said = str(error.pop("__type")).rpartition("#")[2]
    except (KeyError, TypeError, ValueError):
        # Whatever it is, it is no error of the service.
        text = answer.body.decode(errors="replace")[:500]
        return refuse(start_response, answer.status, "InternalFailure", text)
    shape = error_shape(operation, said)
    message = str(error.get("message") or error.get("Message") or "")
    members = to_cbor(error, shape) if shape else {}
    headers = dict(HEADERS)
    if environ.get("HTTP_X_AMZN_QUERY_MODE") == "true":
        # The code that the service had before it had this protocol, which SDKs go by.
        who = "Sender" if answer.status < 500 else "Receiver"
        headers["x-amzn-query-error"] = f"{shape.error_code if shape else said};{who}"
    body = cbor2.dumps({**members, "__type": shape.name if shape else said, "message": message})
    return reply(start_response, answer.status, headers, body)


def error_shape(operation: OperationModel, said: str) -> Any:
    """The error of an operation by its name, or by its older code: moto gives either."""
    for name in ("name", "error_code"):
        for shape in operation.error_shapes:
            if getattr(shape, name) == said:
                return shape
    return None


def refuse(start_response: StartResponse, status: int, code: str, message: str) -> Iterable[bytes]:
    """An error of this adapter's own."""
    return reply(start_response, status, HEADERS, cbor2.dumps({"__type": code, "message": message}))
