"""An echo server with one thread that waits for all clients at once: python3 echo_selectors.py [PORT]"""

import selectors
import socket
import sys

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 65432
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


def accept(listener):
    connection, address = listener.accept()
    connection.setblocking(False)
    selector.register(connection, READ, data=b"")


def serve(connection, unsent):
    """Reads when nothing waits to be sent, otherwise sends; what the kernel does not take waits again."""
    try:
        octets = unsent or connection.recv(1024)
        unsent = octets[connection.send(octets):]
    except BlockingIOError:
        unsent = octets
    except ConnectionError:
        octets = b""
    if octets:
        selector.modify(connection, WRITE if unsent else READ, data=unsent)
    else:
        selector.unregister(connection)
        connection.close()


selector = selectors.DefaultSelector()
with socket.create_server(("127.0.0.1", PORT)) as listener:
    print(f"listening on 127.0.0.1:{PORT}", flush=True)
    selector.register(listener, READ)
    while True:
        for key, events in selector.select():
            if key.fileobj is listener:
                accept(listener)
            else:
                serve(key.fileobj, key.data)
