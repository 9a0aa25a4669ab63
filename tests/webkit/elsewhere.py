"""Web servers on loopback: other origins than the app's."""

import http.server
import sys
import threading


class Quiet(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """Who asked has gone away: a window that was closed."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Server:
    """Serves `pages`, path: body, or path: (status, headers, body); `asked` holds the paths asked for, `headers` what came with each."""

    def __init__(self, pages, port=0):
        self.pages, self.asked, self.headers = dict(pages), [], []
        self.http = Quiet(("127.0.0.1", port), self.handler())
        self.http.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever)
        self.thread.start()

    def handler(self):
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                server.asked.append(self.path)
                server.headers.append({name.lower(): value for name, value in self.headers.items()})
                status, headers, body = server.answer(self.path.partition("?")[0])
                self.send_response(status)
                for name, value in ({"content-type": "text/html; charset=utf-8"} | headers).items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *_):
                pass  # `asked` is the log

        return Handler

    def answer(self, path):
        page = self.pages.get(path, (404, {}, "not here"))
        status, headers, body = page if isinstance(page, tuple) else (200, {}, page)
        return status, headers, body.encode() if isinstance(body, str) else body

    def close(self):
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()
