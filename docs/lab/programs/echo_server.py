"""An echo server over TCP, one client at a time: python3 echo_server.py [PORT]"""

import socket
import sys

HOST = "127.0.0.1"  # this machine only
PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 65432

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, PORT))
    listener.listen()
    print(f"listening on {HOST}:{PORT}", flush=True)
    while True:
        connection, address = listener.accept()
        with connection:
            try:
                while octets := connection.recv(1024):
                    connection.sendall(octets)
            except ConnectionError:
                pass  # this client broke off; the next one is welcome
