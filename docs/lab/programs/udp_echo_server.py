"""An echo server over UDP: python3 udp_echo_server.py [PORT]"""

import socket
import sys

HOST = "127.0.0.1"
PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 65432

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as endpoint:
    endpoint.bind((HOST, PORT))
    print(f"listening on {HOST}:{PORT}", flush=True)
    while True:
        datagram, address = endpoint.recvfrom(65535)  # no UDP datagram is larger
        endpoint.sendto(datagram, address)
