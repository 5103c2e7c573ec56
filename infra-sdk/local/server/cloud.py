"""moto's application with what it lacks around it, bound to a port but not yet serving."""

from typing import Any

from moto.core.config import default_user_config
from moto.moto_api import state_manager
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import BaseWSGIServer, make_server

from calls import CallLog
from corrections import correct
from faults import Faults
from ours import OwnPaths
from presence import Presence
from rpc_v2_cbor import RpcV2Cbor
from wsgi import App

# Long enough that a caller has to wait for it, short enough that a deploy is not slow.
TRANSITION_SECONDS = 1


def bind(presence: Presence) -> BaseWSGIServer:
    """The server on a free port of the loopback interface, and on no other interface."""
    configure()
    app: App = DomainDispatcherApplication(service_app)
    app = OwnPaths(app, presence, configure)
    app = Faults(app)
    app = RpcV2Cbor(app)
    app = CallLog(app)
    return make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietRequestHandler)


def configure() -> None:
    """Settings that moto does not read from its environment."""
    # Neither Lambda nor Batch may need Docker, and each keeps its two modes' state apart,
    # so the mode is chosen before the first call.
    default_user_config["lambda"] = {"use_docker": False}
    default_user_config["batch"] = {"use_docker": False}
    # Of what moto lets one delay, this alone is ours and acts: Batch jobs without Docker are
    # done at once, and no other model of EC2, Auto Scaling, load balancing or RDS has states.
    state_manager.set_transition(
        "ecs::task", {"progression": "time", "seconds": TRANSITION_SECONDS}
    )


def service_app(service: Any) -> Any:
    """moto's application for one service, made when the first call to it comes."""
    correct(service)
    return create_backend_app(service)


class QuietRequestHandler(MotoRequestHandler):
    """The call log says more than a line per HTTP request would."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: `CallLog` has it."""
