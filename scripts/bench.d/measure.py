"""The measurements: each takes servers that run and gives samples, in rounds in which every server has its turn."""

import json
import os
import socket
import subprocess
import time

from peers import Running

# What is measured: connections, messages under way on each, and whether generator and server share a processor.
POINTS = {
    "C1P1, same core": (1, 1, True),
    "C50P1": (50, 1, False),
    "C50P16": (50, 16, False),
    "C1P1000": (1, 1000, False),
    "flood": (1, 20_000, False),
}

# Those of the growth.
CONNECTIONS = [1, 10, 50, 200, 1000, 5000]
DEPTHS = [1, 4, 16, 64, 256, 1000]
DEPTH_CONNECTIONS = 50


class Bench:
    """The generator, the processors and how long each measurement takes."""

    def __init__(self, generator, processors, seconds, warm_up, count):
        self.generator, self.seconds, self.warm_up, self.count = generator, seconds, warm_up, count
        self.server, self.client = processors[0], processors[-1]

    def load(self, running, connections, depth, shared=False, count=None, more=()):
        """One load on a server. Any wrong reply ends the benchmark."""
        command = [str(self.generator), "load", "--json", "--target", f"127.0.0.1:{running.port}"]
        command += [*running.peer.says, "-c", str(connections), "-P", str(depth), "--timeout", "30", *more]
        count = count or self.count and max(self.count, connections * depth)
        command += ["-n", str(count)] if count else ["-d", str(self.seconds), "-w", str(self.warm_up)]
        core = self.server if shared else self.client
        before = running.cpu_ns()
        run = subprocess.run(command, capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, {core}))
        if run.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}\nexit code {run.returncode}: {run.stderr.strip()}")
        result = json.loads(run.stdout)["result"]
        messages, cpu = result["messages"] + result["warm_up_messages"], running.cpu_ns() - before
        return {
            "messages": messages,
            "per_second": result["per_second"],
            "p50_ms": result["latency_ns"]["p50"] / 1e6,
            "p99_ms": result["latency_ns"]["p99"] / 1e6,
            "cpu_ns": cpu / messages,
            "seconds": result["opening_seconds"] + result["seconds"],
        }

    def points(self, servers, rounds):
        """Samples of every point; servers take turns, each round beginning with another."""
        for point, (connections, depth, shared) in POINTS.items():
            for number in range(rounds):
                for running in turned(servers, number):
                    sample = self.load(running, connections, depth, shared)
                    yield {"point": point, "round": number, "peer": running.peer.name, **sample}

    def accepted(self, servers, rounds, connections):
        """How long it takes until so many clients have connected and been answered. Each time they come from another address,
        so that ports which wait for the end of their time are in nobody's way."""
        for number in range(rounds):
            for running in turned(servers, number):
                source = ["--source", f"127.0.{number + 1}.{servers.index(running) + 1}"]
                sample = self.load(running, connections, 1, count=connections, more=source)
                yield {"round": number, "peer": running.peer.name, "seconds": sample["seconds"]}

    def idle(self, peer, connections):
        """Resident memory for each connection that has been answered and is idle, of a server freshly started."""
        with Running(peer, self.server) as running:
            time.sleep(0.2)
            before = running.resident()
            opened = [
                running.say_once(socket.create_connection(("127.0.0.1", running.port), 30))
                for _ in range(connections)
            ]
            # What the server gives back only when it is idle has time to go.
            time.sleep(0.5)
            octets = (running.resident() - before) / connections
            for connection in opened:
                connection.close()
        return {"peer": peer.name, "octets": octets}

    def growth(self, servers, rounds, connections=tuple(CONNECTIONS), depths=tuple(DEPTHS)):
        """Samples against connections, and against depth."""
        steps = [("connections", count, count, 1) for count in connections]
        steps += [("depth", depth, DEPTH_CONNECTIONS, depth) for depth in depths]
        for axis, x, count, depth in steps:
            for number in range(rounds):
                for running in turned(servers, number):
                    # What it costs to accept them and to answer each once is no cost of a message.
                    opening = self.load(running, count, 1, count=count)
                    sample = self.load(running, count, depth)
                    cpu = sample["messages"] * sample["cpu_ns"] - opening["messages"] * opening["cpu_ns"]
                    sample["cpu_ns"] = max(cpu, 0) / max(sample["messages"] - opening["messages"], 1)
                    yield {"axis": axis, "x": x, "round": number, "peer": running.peer.name, **sample}

    def generators(self, echo, other, rounds, depth):
        """Replies a second that our generator and the C one get from the bare echo at C1P1000."""
        for number in range(rounds):
            ours = self.load(echo, 1, depth)["per_second"]
            command = [str(other), str(echo.port), str(depth), str(self.seconds)]
            pin = lambda: os.sched_setaffinity(0, {self.client})
            run = subprocess.run(command, capture_output=True, text=True, check=True, preexec_fn=pin)
            yield {"round": number, "ours": ours, "c": float(run.stdout)}


def turned(servers, number):
    start = number % len(servers)
    return servers[start:] + servers[:start]
