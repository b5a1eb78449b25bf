"""Every socket primitive once, client and server in one process: python3 primitives.py"""

import socket

ADDRESS = ("127.0.0.1", 65432)

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
print("socket ", listener.getsockname())

listener.bind(ADDRESS)
print("bind   ", listener.getsockname())

listener.listen()
print("listen")

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect(ADDRESS)  # nobody has called accept yet
print("connect", client.getsockname(), "to", client.getpeername())

print("send   ", client.send(b"hello"), "octets")  # nor now

connection, address = listener.accept()
print("accept ", address, "is the client:", address == client.getsockname())

print("recv   ", connection.recv(1024))

client.close()
print("close")

print("recv   ", connection.recv(1024), "means: the client has closed")

connection.close()
listener.close()
