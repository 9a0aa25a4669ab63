#!/usr/bin/python3
"""A plugin in Python: uses what such a plugin needs, answers 0 if all of it worked."""

import asyncio
import json
import os
import random
import socket
import threading
import time

link = socket.socket(fileno=3)
link.recv(4096)
thread = threading.Thread(target=lambda: json.loads('{"a": [1, 2]}'))
thread.start()
thread.join()
asyncio.run(asyncio.sleep(0.001))
random.random()
time.localtime()
try:
    os.fork()
    link.send(b"1")
except PermissionError:
    link.send(b"0")
