"""Two messages through a stream, and the same two as datagrams: python3 services.py"""

import socket

ANY_PORT = ("127.0.0.1", 0)


def stream():
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(ANY_PORT)
    listener.listen()
    sender = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sender.connect(listener.getsockname())
    receiver, _ = listener.accept()
    return sender, receiver


def datagrams():
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(ANY_PORT)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect(receiver.getsockname())  # sends nothing: it only notes the address
    return sender, receiver


for name, service in (("stream", stream), ("datagrams", datagrams)):
    sender, receiver = service()
    sender.send(b"first")
    sender.send(b"second")
    sender.close()
    receiver.settimeout(0.2)
    print(f"{name}:")
    for size in (4, 1024, 1024):
        try:
            print(f"  recv({size})".ljust(13), receiver.recv(size))
        except socket.timeout:
            print(f"  recv({size})".ljust(13), "nothing came")
