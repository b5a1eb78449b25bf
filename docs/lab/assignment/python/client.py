"""A client of the calculator. So far it sends the first token and shows what comes back; all else is yours.

    python3 client.py PORT 1 2 +

The ids in the comments are those of the requirements in PROTOCOL.md.
"""

import socket
import sys

HOST = "127.0.0.1"
PATIENCE = 10  # seconds


def main():
    if len(sys.argv) < 3:
        sys.exit("usage: python3 client.py PORT TOKEN...")
    port, tokens = int(sys.argv[1]), sys.argv[2:]
    with socket.create_connection((HOST, port), timeout=PATIENCE) as connection:
        # TODO 1 (§7): every token, each when the one before it has its reply.
        connection.sendall(tokens[0].encode("ascii") + b"\n")
        # TODO 2 (FRAME-1): one recv is not one reply.
        reply = connection.recv(4096)
        # TODO 3 (REPLY-2): only the number of a RESULT is for people to see; a FAIL is an error. What the server sent
        # need not be fit for a terminal (§12), which is why it is shown escaped.
        print(ascii(reply))
        # TODO 4 (MSG-8): take leave.


if __name__ == "__main__":
    main()
