"""Small HTTP servers on loopback, for what asks over HTTP."""

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Asked:
    """What a server was asked, and where it is."""

    address: str = ""
    bodies: list[bytes] = field(default_factory=list)


@contextmanager
def serving(answer: Callable[[int], tuple[int, str]]) -> Iterator[Asked]:
    """A server that answers its n-th request, from 0, with the status and text that `answer` gives."""
    asked = Asked()

    class Handler(http.server.BaseHTTPRequestHandler):
        def _answer(self) -> None:
            asked.bodies.append(self.rfile.read(int(self.headers.get("content-length", 0))))
            status, text = answer(len(asked.bodies) - 1)
            body = text.encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _answer

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        asked.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield asked
        finally:
            server.shutdown()
            thread.join()


def lagging(records: int) -> Callable[[int], tuple[int, str]]:
    """The metrics of a service that has so many records to read."""
    page = (
        "# TYPE gl_consumer_lag_records gauge\n"
        f'gl_consumer_lag_records{{group="wellbook",topic="gl.journal-entry.validated.v1",partition="0"}} {records}\n'
        'gl_consumer_lag_records{group="wellbook",topic="gl.journal-entry.validated.v1",partition="1"} 0\n'
    )
    return lambda _: (200, page)
