"""Sends a text to the echo server and prints what comes back: python3 echo_client.py [TEXT]"""

import socket
import sys

HOST, PORT = "127.0.0.1", 65432
octets = " ".join(sys.argv[1:] or ["Hello, world"]).encode()

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
    connection.connect((HOST, PORT))
    connection.sendall(octets)
    echo = b""
    while len(echo) < len(octets):
        piece = connection.recv(1024)
        if not piece:
            sys.exit("the server closed before everything had come back")
        echo += piece

print(f"sent {len(octets)} octets, received {len(echo)}: {echo.decode()}")
