"""An echo server with a thread for each client: python3 echo_threads.py [PORT]"""

import socket
import sys
import threading

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 65432


def serve(connection):
    with connection:
        try:
            while octets := connection.recv(1024):
                connection.sendall(octets)
        except ConnectionError:
            pass  # this client has gone; the others stay


with socket.create_server(("127.0.0.1", PORT)) as listener:
    print(f"listening on 127.0.0.1:{PORT}", flush=True)
    while True:
        connection, address = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()
