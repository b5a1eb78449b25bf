"""Servers that add, as students start them: python3 server.py FLAVOUR [PORT|PATH]."""

import os
import signal
import socket
import sys
import threading
import time

FIXED = 51216
flavour = sys.argv[1]
place = sys.argv[2] if len(sys.argv) > 2 else ""


def answer(word, operands):
    if word == "666":  # it crashes
        if flavour == "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        if flavour == "traceback":
            raise ValueError("the number of the beast")
        if flavour == "freeze":
            threading.Event().wait()
    if word == "777" and flavour == "hog":
        hoard = []
        while True:
            hoard.append(bytearray(16 * 1024 * 1024))
    if word == "777" and flavour == "spin":
        while True:
            pass
    if word == "999":  # whoever waits for this knows that the case is under way
        open("reached", "w").close()
    if word == "+":
        right, left = operands.pop(), operands.pop()
        return f"RESULT {left + right}"
    operands.append(int(word))
    return "OK"


def converse(client):
    operands = []
    with client:
        for line in client.makefile("r"):
            word = line.strip()
            if word == "QUIT":
                client.sendall(b"OK\n")
                return
            client.sendall((answer(word, operands) + "\n").encode())


def calculate_once(client):
    with client:
        left, right, operator = client.makefile("r").readline().split()
        left, right = float(left), float(right)
        results = {"+": lambda: left + right, "-": lambda: left - right, "*": lambda: left * right, "/": lambda: left / right}
        client.sendall(repr(results[operator]()).encode())


def listener():
    if flavour == "unix":
        server = socket.socket(socket.AF_UNIX)
        server.bind(place)
    else:
        # Without SO_REUSEADDR, as everybody writes it first.
        server = socket.socket()
        server.bind(("127.0.0.1", FIXED if flavour == "fixed" else int(place or os.environ["PORT"])))
    server.listen(16)
    return server


def daemonise():
    for _ in range(2):
        if os.fork() > 0:
            os._exit(0)
        os.setsid() if os.getpid() != os.getsid(0) else None
    # Nothing of the terminal is kept, as daemons have it.
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(null, descriptor)


if flavour == "stillborn":
    print("there is no file of settings", file=sys.stderr)
    sys.exit(3)
if flavour == "silent":
    print("thinking")
    time.sleep(600)
if flavour == "stubborn":
    for ignored in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
if flavour == "environment":
    print(" ".join(sorted(os.environ)), file=sys.stderr)
    sys.exit(0)
if flavour == "prying":  # tells what it can reach that is none of its business
    import glob

    for place in sorted({os.path.expanduser("~"), "/home", "/root", "/run", "/var"}):
        if os.path.isdir(place):
            print("sees", place)
    if glob.glob("/tmp/*"):
        print("sees /tmp")
    for file in ("written", "/usr/written", "/etc/written"):
        try:
            open(file, "w").close()
            print("writes", file)
        except OSError:
            pass
    try:
        os.open("/dev/tty", os.O_RDWR)
        print("has the terminal")
    except OSError:
        pass
    with open("/proc/self/status") as status:
        if any(line.startswith("CapEff") and int(line.split()[1], 16) for line in status):
            print("has capabilities")
    if len([name for name in os.listdir("/proc") if name.isdigit()]) > 2:
        print("sees other processes")
    print("that is all", flush=True)
    sys.exit(3)
if flavour == "daemon":
    daemonise()

if flavour in ("once", "traceback"):
    with open("starts", "a") as starts:
        starts.write(f"{os.getpid()}\n")
server = listener()
if flavour == "forks":
    for _ in range(3):
        if os.fork() == 0:
            os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(600)
if flavour == "chatty":
    print("x" * 5_000_000)
    print("y" * 5_000_000, file=sys.stderr)
while True:
    client, _ = server.accept()
    if flavour == "one-calculation":
        calculate_once(client)
        break
    if flavour in ("traceback", "segfault", "hog", "spin", "freeze", "once", "daemon"):
        converse(client)
        if flavour == "once":
            break
    else:
        threading.Thread(target=converse, args=(client,), daemon=True).start()
