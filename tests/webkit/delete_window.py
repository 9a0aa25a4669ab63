"""delete_window.py WINDOW: tells an X window what its close button would, which xdotool cannot."""

import ctypes
import sys

CLIENT_MESSAGE = 33


class Message(ctypes.Structure):
    """XClientMessageEvent of <X11/Xlib.h>, as long as an XEvent."""
    _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int),
                ("display", ctypes.c_void_p), ("window", ctypes.c_ulong), ("message_type", ctypes.c_ulong),
                ("format", ctypes.c_int), ("data", ctypes.c_long * 5), ("rest", ctypes.c_long * 24)]


def main():
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XInternAtom.restype = ctypes.c_ulong
    display = ctypes.c_void_p(x11.XOpenDisplay(None))
    message = Message(type=CLIENT_MESSAGE, window=int(sys.argv[1]), format=32)
    message.message_type = x11.XInternAtom(display, b"WM_PROTOCOLS", 0)
    message.data[0] = x11.XInternAtom(display, b"WM_DELETE_WINDOW", 0)
    x11.XSendEvent(display, ctypes.c_ulong(message.window), 0, 0, ctypes.byref(message))
    x11.XCloseDisplay(display)


main()
