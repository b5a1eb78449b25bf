"""A calculator for one client that makes no mistake but to end where a line is no message: python3 frail.py AFTER PORT."""

import sys
from importlib.util import module_from_spec, spec_from_file_location

spec = spec_from_file_location("after", sys.argv[1])
after = module_from_spec(spec)
spec.loader.exec_module(after)


class Session(after.Session):
    def message(self, line):
        try:
            return super().message(line)
        except after.Fail:
            sys.exit(1)

    def handle(self, message):
        try:
            return super().handle(message)
        except after.Fail as fail:
            if str(fail) == "syntax":
                sys.exit(1)
            raise


class Server(after.Server):
    Session, port = Session, int(sys.argv[2])

    def run(self):
        stream, _ = self.listener.accept()
        self.serve(stream)


Server().run()
