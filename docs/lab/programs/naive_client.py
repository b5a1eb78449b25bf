"""Takes one recv for the whole echo, which is wrong: python3 naive_client.py"""

import socket

octets = b"x" * 100_000

with socket.create_connection(("127.0.0.1", 65432)) as connection:
    connection.sendall(octets)
    echo = connection.recv(1024)

print(f"sent {len(octets)} octets, received {len(echo)}")
