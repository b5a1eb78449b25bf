"""A submission. The file flaw.txt beside it says what is wrong with it."""

import os
import socketserver
import sys

flaw, _, argument = open("flaw.txt").read().partition(" ")


class Session(socketserver.StreamRequestHandler):
    def handle(self):
        held = []
        for line in self.rfile:
            word = line.decode().strip()
            if word in ("+", "-"):
                left, right = held[::-1] if flaw == "swapped" else held
                self.say(f"RESULT {left + right if word == '+' else left - right}")
                held = []
            elif word == "QUIT":
                self.say("OK")
                return
            else:
                held.append(int(word))
                self.say("OK")

    def say(self, text):
        self.wfile.write(f"{text}\n".encode())


if flaw == "stillborn":
    sys.exit("there are no settings")
if flaw == "forger":
    # What a submission can write of all that the grader has. It does not listen if that is anything.
    for directory, _, names in os.walk(argument):
        for name in [".", *names]:
            if os.access(os.path.join(directory, name), os.W_OK):
                sys.exit(f"{directory}/{name} can be written")
    if os.access(os.path.join(argument, "results"), os.R_OK):
        sys.exit("the results can be read")
socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(("127.0.0.1", int(sys.argv[1])), Session).serve_forever()
