import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A CALC/1 server with + - * / sqrt on the exact numbers of §11: {@code java Calc.java [--port N]}. */
public class Calc {
    static final int DEFAULT_PORT = 51216; // CONN-1
    static final int LINE_LIMIT = 256; // octets of a line without its line end (FRAME-4)
    static final int READ_SIZE = 4096; // bounds the replies that one read can cause (CONN-7)
    static final int DRAIN_MILLIS = 1000; // CONN-6
    static final int STACK_SIZE = 256 * 1024; // of a connection's thread

    public static void main(String[] args) throws Exception {
        InetAddress loopback = InetAddress.getByName("127.0.0.1"); // CONN-2
        ServerSocket listener = new ServerSocket(port(args), 128, loopback);
        System.out.println("listening on 127.0.0.1:" + listener.getLocalPort());
        System.out.flush();
        while (true) {
            Socket socket;
            try {
                socket = listener.accept();
            } catch (IOException e) { // out of descriptors, or the client has gone already (CONN-4)
                Thread.sleep(50);
                continue;
            }
            try {
                new Thread(null, () -> serve(socket), "client", STACK_SIZE).start();
            } catch (OutOfMemoryError e) { // no thread to be had for this one: the others go on
                socket.close();
            }
        }
    }

    static int port(String[] args) {
        if (args.length == 0) return DEFAULT_PORT;
        if (args.length == 2 && args[0].equals("--port")) return Integer.parseInt(args[1]);
        throw new IllegalArgumentException("usage: java Calc.java [--port N]");
    }

    /** Serves one connection. A fault of our own ends this thread and closes the connection (CONN-10). */
    static void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true); // FRAME-11
            converse(socket.getInputStream(), socket.getOutputStream());
            hangUp(socket);
        } catch (IOException e) {
            // The client has gone (CONN-4).
        }
    }

    /** Answers until QUIT or the end of the stream (CONN-5). A tail without LF is dropped (FRAME-9). */
    static void converse(InputStream in, OutputStream out) throws IOException {
        Session session = new Session();
        StringBuilder line = new StringBuilder();
        byte[] octets = new byte[READ_SIZE];
        for (int count; !session.closed && (count = in.read(octets)) >= 0; ) {
            StringBuilder replies = new StringBuilder();
            for (int i = 0; i < count && !session.closed; i++) {
                if (octets[i] == '\n') {
                    replies.append(session.reply(line.toString())).append('\n');
                    line.setLength(0);
                } else if (line.length() < LINE_LIMIT + 2) { // what is over is dropped (FRAME-5)
                    line.append((char) (octets[i] & 0xff));
                }
            }
            // Blocks while the client does not read, and nothing is read from it meanwhile (CONN-7).
            out.write(replies.toString().getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Ends our side and drops what still arrives, so that no reset overtakes the replies (CONN-6). */
    static void hangUp(Socket socket) throws IOException {
        socket.shutdownOutput();
        byte[] dropped = new byte[READ_SIZE];
        long deadline = System.nanoTime() + DRAIN_MILLIS * 1_000_000L;
        for (long left; (left = (deadline - System.nanoTime()) / 1_000_000) > 0; ) {
            socket.setSoTimeout((int) left);
            if (socket.getInputStream().read(dropped) < 0) return;
        }
    }

    /** An error of §6; its message is the code. */
    static class Failure extends Exception {
        private static final long serialVersionUID = 1;

        Failure(String code) {
            super(code, null, false, false);
        }
    }

    /** What §7 keeps between messages. */
    static class Session {
        // [0-9], and no Unicode flag: neither digits nor letters of other scripts match (MSG-2, MSG-6).
        static final Pattern OPERAND = Pattern.compile(
                "([+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+))(?:e([+-]?[0-9]+))?", Pattern.CASE_INSENSITIVE);

        List<BigDecimal> operands = new ArrayList<>();
        boolean closed = false;

        /** The reply to a line without its LF. */
        String reply(String line) {
            try {
                return answer(message(line));
            } catch (Failure failure) {
                return "FAIL " + failure.getMessage();
            }
        }

        static String message(String line) throws Failure {
            if (line.endsWith("\r")) line = line.substring(0, line.length() - 1); // FRAME-2
            if (line.length() > LINE_LIMIT) throw new Failure("line-too-long");
            int start = 0, end = line.length(); // FRAME-6; strip() would take more than SP and HTAB
            while (start < end && isBlank(line.charAt(start))) start++;
            while (start < end && isBlank(line.charAt(end - 1))) end--;
            return line.substring(start, end);
        }

        static boolean isBlank(char octet) {
            return octet == ' ' || octet == '\t';
        }

        String answer(String message) throws Failure {
            Matcher operand = OPERAND.matcher(message);
            if (operand.matches()) {
                if (operands.size() == 2) throw new Failure("too-many-operands"); // before the range (ERR-4)
                operands.add(Decimal128.parse(operand.group(1), operand.group(2)));
                return "OK";
            }
            switch (message.toLowerCase(Locale.ROOT)) {
                case "+": case "-": case "*": case "/":
                    return evaluate(message, 2);
                case "sqrt":
                    return evaluate("sqrt", 1);
                case "clear":
                    operands.clear();
                    return "OK";
                case "hello":
                    return "OK CALC/1 + - * / sqrt";
                case "quit":
                    closed = true;
                    return "OK";
                default:
                    throw new Failure("syntax");
            }
        }

        String evaluate(String operator, int arity) throws Failure {
            if (operands.size() < arity) throw new Failure("missing-operand");
            if (operands.size() > arity) throw new Failure("extra-operand");
            List<BigDecimal> held = operands;
            operands = new ArrayList<>(); // whatever comes of it (ERR-3, SESS-3)
            return "RESULT " + Decimal128.text(Decimal128.calculate(operator, held));
        }
    }

    /** Arithmetic of IEEE 754 decimal128 on BigDecimal, which by itself knows no range (EXACT-1). */
    static class Decimal128 {
        static final int DIGITS = 34;
        static final int TOP = 6144; // exponent of the first digit of the largest number
        static final int SUBNORMAL = -6143; // below 10^this, numbers are subnormal
        static final int LAST_SCALE = 6176; // the smallest number is 10^-this
        static final MathContext PRECISION = new MathContext(DIGITS, RoundingMode.HALF_EVEN);
        // Beyond it no line is long enough for its digits to bring the number back into range.
        static final BigInteger EXPONENT_LIMIT = BigInteger.valueOf(10_000);

        static BigDecimal parse(String digits, String exponent) throws Failure {
            BigInteger e = new BigInteger(exponent == null ? "0" : exponent);
            e = e.min(EXPONENT_LIMIT).max(EXPONENT_LIMIT.negate());
            return round(new BigDecimal(digits).scaleByPowerOfTen(e.intValue()), "out-of-range");
        }

        static BigDecimal calculate(String operator, List<BigDecimal> operands) throws Failure {
            BigDecimal a = operands.get(0);
            if (operator.equals("sqrt")) {
                if (a.signum() < 0) throw new Failure("invalid-operation");
                return a.sqrt(PRECISION);
            }
            BigDecimal b = operands.get(1);
            switch (operator) {
                case "+":
                    return round(a.add(b, PRECISION), "overflow"); // a subnormal sum is exact
                case "-":
                    return round(a.subtract(b, PRECISION), "overflow");
                case "*":
                    return round(a.multiply(b), "overflow");
                default:
                    return divide(a, b);
            }
        }

        static BigDecimal divide(BigDecimal a, BigDecimal b) throws Failure {
            if (b.signum() == 0) throw new Failure("division-by-zero");
            BigDecimal quotient = a.divide(b, PRECISION);
            if (top(quotient) < SUBNORMAL) { // rounded at the place of the smallest number, once
                quotient = a.divide(b, LAST_SCALE, RoundingMode.HALF_EVEN);
            }
            return round(quotient, "overflow");
        }

        /** The nearest number, half to even, of an exact value or of one that has at most 34 digits. */
        static BigDecimal round(BigDecimal exact, String beyond) throws Failure {
            if (exact.signum() == 0) return BigDecimal.ZERO;
            int scale = Math.min(LAST_SCALE, DIGITS - 1 - top(exact));
            BigDecimal rounded = exact.setScale(scale, RoundingMode.HALF_EVEN);
            if (top(rounded) > TOP) throw new Failure(beyond);
            return rounded;
        }

        /** The e of the 10^e that the first digit counts. */
        static int top(BigDecimal x) {
            return x.precision() - x.scale() - 1;
        }

        /** The text of a result (EXACT-7). */
        static String text(BigDecimal x) {
            if (x.signum() == 0) return "0";
            x = x.stripTrailingZeros();
            return -6 <= top(x) && top(x) <= 33 ? x.toPlainString() : x.toString();
        }
    }
}
