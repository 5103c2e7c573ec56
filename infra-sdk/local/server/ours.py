"""The paths of the server's own, beside moto's: who it is, and a reset that tells of itself."""

from collections.abc import Callable, Iterable

from presence import Presence
from wsgi import Answer, App, Environ, StartResponse, reply, reply_json

# Under moto's own prefix, which can never be the name of a bucket.
WHO = "/moto-api/infra-local"
RESET = "/moto-api/reset"


class OwnPaths:
    """Answers for this server and leaves everything else to moto."""

    def __init__(self, app: App, presence: Presence, configure: Callable[[], None]) -> None:
        self.app = app
        self.presence = presence
        self.configure = configure

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == WHO:
            return reply_json(start_response, 200, self.presence.record())
        if path == RESET and environ["REQUEST_METHOD"] == "POST":
            # Everyone who empties the cloud must change its memory's name, so this is done
            # where moto's own path ends and not in one of the commands.
            answer = Answer(self.app, environ)
            self.configure()
            self.presence.forget()
            return reply(start_response, answer.status, answer.headers, answer.body)
        return self.app(environ, start_response)
