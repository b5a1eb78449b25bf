"""Why servers set SO_REUSEADDR: python3 time_wait.py"""

import socket

ADDRESS = ("127.0.0.1", 65432)


def listen(reuse):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
    listener.bind(ADDRESS)
    listener.listen()
    return listener


# A server that ends while it has a client: it closes first.
listener = listen(1)
client = socket.create_connection(ADDRESS)
connection, _ = listener.accept()
connection.close()
client.close()
listener.close()

for reuse in (0, 1):
    try:
        listen(reuse).close()
        print(f"SO_REUSEADDR {reuse}: the server starts again")
    except OSError as error:
        print(f"SO_REUSEADDR {reuse}: {error.strerror}")
