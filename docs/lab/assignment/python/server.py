"""A calculator over TCP. So far it listens, and answers FAIL to whatever it reads; all else is yours.

    python3 server.py [PORT]

The ids in the comments are those of the requirements in PROTOCOL.md.
"""

import socket
import sys

HOST = "127.0.0.1"  # CONN-2: this machine alone
DEFAULT_PORT = 51216  # CONN-1


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_PORT
    # socket, bind and listen in one call.
    with socket.create_server((HOST, port)) as listener:
        print(f"listening on {HOST}:{port}", flush=True)
        while True:
            connection, address = listener.accept()
            # TODO 5 (CONN-3): while this client is served, all others wait.
            # TODO 6 (CONN-4): what happens to the server when a client goes away in the middle?
            with connection:
                serve(connection)


def serve(connection):
    """Serves one client until it sends no more."""
    # TODO 1 (FRAME-1, FRAME-2): what recv returns may be half a message, or three. Where does a message end?
    while octets := connection.recv(4096):
        reply = answer(octets)
        connection.sendall(reply.encode("ascii") + b"\n")
    # TODO 4 (MSG-8, CONN-5, CONN-6): QUIT, and how a connection is closed.


def answer(message):
    """The reply to one message, without its line end."""
    # TODO 2 (§4, §6): is it an operand, an operator, a command, or none of them?
    # TODO 3 (§7): what is held from one message to the next, and where does it live?
    return "FAIL syntax not written yet"


if __name__ == "__main__":
    main()
