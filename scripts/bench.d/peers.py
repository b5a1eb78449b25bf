"""The servers that are measured side by side: how each is started, what it is asked, and what it costs."""

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent

# Room for the idle connections of the benchmark and the few beside them.
MOST_CONNECTIONS = 12_000

LINES = ["1\\n", "2\\n", "+\\n"]


@dataclass(frozen=True)
class Peer:
    """A server: its command with {port} in it, what `conformance load` is to say to it, and one message for a plain socket."""

    name: str
    title: str
    command: list
    says: list
    message: bytes = b"1\n"
    reply: bytes = b"OK\n"


def pairs(*messages):
    return [word for send, reply in messages for word in ("--send", send, "--reply", reply)]


def all_peers(programs):
    """Every peer whose program is there; `programs` has ours and those compiled for the benchmark."""
    redis = ["redis-server", "--port", "{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--protected-mode", "no"]
    redis += ["--maxclients", str(MOST_CONNECTIONS), "--dir", "/tmp"]
    memcached = ["memcached", "-p", "{port}", "-l", "127.0.0.1", "-U", "0", "-c", str(MOST_CONNECTIONS)]
    memcached += ["-u", "root"] if os.geteuid() == 0 else []
    calc = [str(programs["calc-server"]), "--port", "{port}", "--host", "127.0.0.1"]
    calc += ["--max-connections", str(MOST_CONNECTIONS)]
    threading_server = ["python3", str(HERE / "threading_server.py"), "{port}"]
    peers = [
        Peer("echo", "bare C echo", [str(programs["echo"]), "{port}"], pairs(*((line, "OK\\n") for line in LINES))),
        Peer("redis", "redis PING", redis, pairs(("PING\\n", "+PONG\\r\\n")), b"PING\n", b"+PONG\r\n"),
        Peer("memcached", "memcached mg", memcached, pairs(("mg k\\r\\n", "EN\\r\\n")), b"mg k\r\n", b"EN\r\n"),
        Peer("calc", "calc-server", calc, ["--dialect", "calc-1"]),
        Peer("python", "Python threading", threading_server, ["--dialect", "calc-1"]),
    ]
    return [peer for peer in peers if shutil.which(peer.command[0])]


class Running:
    """A server that runs on one processor for as long as the `with` block lasts."""

    def __init__(self, peer, processor):
        self.peer = peer
        self.port = free_port()
        command = [word.format(port=self.port) for word in peer.command]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, preexec_fn=lambda: os.sched_setaffinity(0, {processor}), **quiet)

    def __enter__(self):
        try:
            self.wait_until_it_answers()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def wait_until_it_answers(self):
        deadline = time.monotonic() + 20
        while True:
            try:
                return self.say_once(socket.create_connection(("127.0.0.1", self.port), timeout=10)).close()
            except ConnectionRefusedError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{self.peer.title} does not start: {self.process.args}") from None
                time.sleep(0.02)

    def say_once(self, connection):
        """One message, and its reply."""
        connection.sendall(self.peer.message)
        reply = b""
        while len(reply) < len(self.peer.reply):
            piece = connection.recv(len(self.peer.reply) - len(reply))
            if not piece:
                raise RuntimeError(f"{self.peer.title} closed a connection")
            reply += piece
        if reply != self.peer.reply:
            raise RuntimeError(f"{self.peer.title} said {reply!r} and not {self.peer.reply!r}")
        return connection

    def cpu_ns(self):
        """The time that all its threads have spent on a processor, those that have ended too."""
        # The clock that clock_getcpuclockid(3) gives for a process; Python has that function for threads alone.
        return time.clock_gettime_ns((~self.process.pid << 3) | 2)

    def resident(self):
        """Its resident memory, in octets."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
