"""A CALC/1 server: python3 calc_server.py [--host HOST] [--port PORT]"""

import argparse
import socket
import sys
import threading
import time

from calculator import LINE_LIMIT, Session


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")  # this machine only (CONN-2)
    parser.add_argument("--port", type=int, default=51216)
    options = parser.parse_args()
    sys.setswitchinterval(0.0005)  # short turns for threads: a busy client delays no other (CONN-3)
    with socket.create_server((options.host, options.port), backlog=128) as listener:
        print(f"listening on {options.host}:{options.port}", flush=True)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection,), daemon=True).start()


def serve(connection):
    with connection:
        try:
            converse(connection)
            hang_up(connection)
        except OSError:
            pass  # the client has gone: that ends its connection and nothing else (CONN-4)


def converse(connection):
    session = Session()
    unfinished = b""
    while octets := connection.recv(4096):
        *lines, unfinished = (unfinished + octets).split(b"\n")
        unfinished = unfinished[: LINE_LIMIT + 2]  # enough to see that it is too long (FRAME-5)
        replies = b""
        for line in lines:
            replies += session.answer(line)
            if session.over:
                break
        connection.sendall(replies)
        if session.over:
            return


def hang_up(connection):
    """Closes so that the last reply arrives: a close with unread input would be a reset (CONN-6)."""
    connection.shutdown(socket.SHUT_WR)
    end = time.monotonic() + 1
    while (left := end - time.monotonic()) > 0:
        connection.settimeout(left)
        if not connection.recv(4096):
            return


main()
