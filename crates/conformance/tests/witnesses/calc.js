// A CALC/1 server in binary64 with what every server must offer, + - * / CLEAR QUIT, and no more. There is
// no HELLO (MSG-9) because nothing is on offer that a client would have to ask for.
//
//   node calc.js [--port N]
'use strict';

const net = require('node:net');
const { setImmediate: turn } = require('node:timers/promises');
const { parseArgs } = require('node:util');

const DEFAULT_PORT = 51216; // CONN-1
const LINE_LIMIT = 256; // octets of a line without its line end (FRAME-4)
const SLICE = 4096; // octets worked through in one turn of the event loop
const DRAIN_MS = 1000; // CONN-6
const LF = 0x0a;

// [0-9], and /i without /u: neither digits nor letters of other scripts match (MSG-2, MSG-6).
const OPERAND = /^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?$/i;

function main() {
  const { values } = parseArgs({ options: { port: { type: 'string', default: String(DEFAULT_PORT) } } });
  // allowHalfOpen: the end of the client's stream must not end ours before the replies are sent (CONN-5).
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, serve);
  server.listen(Number(values.port), '127.0.0.1', () => {
    console.log(`listening on 127.0.0.1:${server.address().port}`);
  });
  server.on('error', (error) => {
    console.error(`calc: ${error.message}`);
    if (!server.listening) process.exit(1); // else accept failed, out of descriptors say: go on (CONN-4)
  });
}

async function serve(socket) {
  socket.on('error', () => socket.destroy()); // a reset, say (CONN-4)
  try {
    await converse(socket);
    await hangUp(socket);
  } catch (fault) {
    if (!socket.errored) console.error(fault); // ours: it closes this connection and no other (CONN-10)
    socket.destroy();
  }
}

// Answers until QUIT or the end of the client's stream (CONN-5); a tail without LF is dropped (FRAME-9).
async function converse(socket) {
  const lines = new Lines();
  const session = new Session();
  for await (const octets of socket.iterator({ destroyOnReturn: false })) {
    for (let start = 0; start < octets.length; start += SLICE) {
      const replies = lines.take(octets.subarray(start, start + SLICE), (line) => session.reply(line));
      // Nothing more is read before the system has taken the replies (CONN-7).
      if (replies !== '') await new Promise((sent) => socket.write(replies, 'latin1', sent));
      if (session.closed) return; // the rest is dropped (MSG-8)
      await turn(); // of the event loop: the other clients have theirs in between (CONN-3)
    }
  }
}

// Ends our side, drops what still arrives, and closes when the client does or after a second (CONN-6).
async function hangUp(socket) {
  await new Promise((ended) => socket.end(ended));
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), DRAIN_MS);
  socket.on('close', () => clearTimeout(timer));
}

// Finds the lines in the stream (FRAME-1).
class Lines {
  #line = '';

  // Calls `reply` with each line that `octets` complete, without LF, and joins the replies.
  take(octets, reply) {
    const replies = [];
    let start = 0;
    for (let end; (end = octets.indexOf(LF, start)) >= 0; start = end + 1) {
      this.#append(octets, start, end);
      const line = this.#line;
      this.#line = '';
      const text = reply(line);
      if (text === null) return replies.join('');
      replies.push(text, '\n');
    }
    this.#append(octets, start, octets.length);
    return replies.join('');
  }

  // Keeps one octet more than a full line and its CR: enough to know that the line is too long (FRAME-5).
  #append(octets, start, end) {
    const room = LINE_LIMIT + 2 - this.#line.length;
    this.#line += octets.toString('latin1', start, Math.min(end, start + room));
  }
}

// What §7 keeps between messages.
class Session {
  #operands = [];
  closed = false;

  // The reply to a line without its LF, or null after QUIT.
  reply(line) {
    if (this.closed) return null;
    if (line.endsWith('\r')) line = line.slice(0, -1); // FRAME-2
    if (line.length > LINE_LIMIT) return 'FAIL line-too-long';
    const message = withoutBlanks(line);
    if (OPERAND.test(message)) return this.#hold(Number(message));
    switch (message.toLowerCase()) {
      case '+':
        return this.#evaluate((a, b) => a + b);
      case '-':
        return this.#evaluate((a, b) => a - b);
      case '*':
        return this.#evaluate((a, b) => a * b);
      case '/':
        return this.#evaluate((a, b) => (b === 0 ? null : a / b));
      case 'clear':
        this.#operands = [];
        return 'OK';
      case 'quit':
        this.closed = true;
        return 'OK';
      default:
        return 'FAIL syntax';
    }
  }

  #hold(operand) {
    if (this.#operands.length === 2) return 'FAIL too-many-operands'; // before the range (ERR-4)
    if (!Number.isFinite(operand)) return 'FAIL out-of-range';
    this.#operands.push(operand);
    return 'OK';
  }

  #evaluate(operator) {
    if (this.#operands.length < 2) return 'FAIL missing-operand';
    const result = operator(...this.#operands);
    this.#operands = []; // whatever comes of it (ERR-3, SESS-3)
    if (result === null) return 'FAIL division-by-zero';
    if (!Number.isFinite(result)) return 'FAIL overflow';
    return `RESULT ${text(result)}`;
  }
}

// FRAME-6. trim() would take more than SP and HTAB.
function withoutBlanks(line) {
  const isBlank = (octet) => octet === ' ' || octet === '\t';
  let start = 0;
  let end = line.length;
  while (start < end && isBlank(line[start])) start++;
  while (start < end && isBlank(line[end - 1])) end--;
  return line.slice(start, end);
}

// 15 significant digits without trailing zeros, and -0 as 0. Near the largest double, 15 digits can round
// up to a number beyond it; all its digits then.
function text(number) {
  const rounded = Number(number.toPrecision(15));
  return String(Number.isFinite(rounded) ? rounded : number);
}

main();
