"""The smallest part of CALC/1, for step 3: two operands and +"""

import socket


def answer(line, operands):
    """The reply to one line, without its line end."""
    message = line.strip()
    if message == b"+" and len(operands) == 2:
        total = sum(operands)
        operands.clear()
        return b"RESULT %d\n" % total
    if message.isdigit() and len(operands) < 2:
        operands.append(int(message))
        return b"OK\n"
    return b"FAIL syntax\n"


def serve(converse, port):
    """Serves one client after another."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        print(f"listening on 127.0.0.1:{port}", flush=True)
        while True:
            connection, _ = listener.accept()
            with connection:
                converse(connection)
