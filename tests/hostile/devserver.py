"""A development server that means harm: what it says to a request is the row's, its WebSockets never stop talking."""

import base64
import contextlib
import hashlib
import re
import socket
import threading

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
MESSAGE = bytes([0x81, 100]) + b"x" * 100


class Server:
    """`answer`: the bytes that every request gets but those for a WebSocket; None: the beginning of one, and no end."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = threading.Semaphore(0)  # once for each request that gets none
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self.serve, args=(self.listening.accept()[0],), daemon=True).start()

    def serve(self, sock):
        with contextlib.closing(sock), contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                more = sock.recv(1 << 16)
                if not more:
                    return
                head += more
            key = re.search(rb"sec-websocket-key: (\S+)", head, re.I)
            if key is None and self.answer is None:
                sock.sendall(html("a" * 1000)[:-1])
                self.asked.release()
                sock.recv(1)
                return
            if key is None:
                sock.sendall(self.answer)
                return
            accept = base64.b64encode(hashlib.sha1(key[1] + MAGIC).digest())
            protocol = re.search(rb"sec-websocket-protocol: (\S+)", head, re.I)[1]
            sock.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         b"Sec-WebSocket-Protocol: " + protocol + b"\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n")
            while True:
                sock.sendall(MESSAGE * 20)

    def close(self):
        self.listening.close()


def html(text):
    return f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode()
