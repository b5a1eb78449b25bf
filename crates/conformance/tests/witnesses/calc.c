/* A CALC/1 server in binary64 with + - * / neg abs. One thread serves one connection.
 *
 *   cc -std=c11 -O2 -pthread calc.c -o calc && ./calc [--port N]
 */
#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    DEFAULT_PORT = 51216,    /* CONN-1 */
    LINE_LIMIT = 256,        /* octets of a line without its line end (FRAME-4) */
    REPLY_ROOM = 64,         /* more than the longest reply, its LF and a NUL */
    BUFFER_SIZE = 4096,      /* octets per read, and replies per write (CONN-7) */
    DRAIN_MS = 1000,         /* CONN-6 */
    STACK_SIZE = 128 * 1024, /* a connection needs some 20 KiB of it */
};

struct session { /* §7 */
    double operand[2];
    int held;
    bool closed;
};

struct connection {
    int fd;
    struct session session;
    char line[LINE_LIMIT + 1]; /* a full line and its CR */
    size_t length;
    bool overrun; /* the line has more octets than that */
    char out[BUFFER_SIZE];
    size_t pending;
};

static const char OFFER[] = "OK CALC/1 + - * / neg abs";

static int parse_port(int argc, char **argv);
static int listen_on(int port);
static void accept_for_ever(int listener);
static void *serve(void *fd);
static bool converse(struct connection *c);
static bool take(struct connection *c, const char *octets, size_t count);
static bool flush(struct connection *c);
static void hang_up(int fd);
static const char *answer_line(struct connection *c, char *room);
static const char *answer(struct session *s, char *message, char *room);
static const char *hold(struct session *s, double operand);
static const char *evaluate(struct session *s, const char *operator, int arity, char *room);
static bool is_operand(const char *s);
static void print_result(double x, char *room);

int main(int argc, char **argv) {
    int listener = listen_on(parse_port(argc, argv));
    accept_for_ever(listener);
}

static int parse_port(int argc, char **argv) {
    if (argc == 1) return DEFAULT_PORT;
    if (argc == 3 && strcmp(argv[1], "--port") == 0) {
        char *end;
        long port = strtol(argv[2], &end, 10);
        if (end != argv[2] && *end == '\0' && 0 <= port && port <= 65535) return (int)port;
    }
    fprintf(stderr, "usage: calc [--port N], with N from 0 to 65535\n");
    exit(2);
}

static int listen_on(int port) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK); /* CONN-2 */
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 128) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) < 0) {
        perror("calc: cannot listen");
        exit(1);
    }
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static void accept_for_ever(int listener) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    signal(SIGPIPE, SIG_IGN); /* a client that has gone is an error of send and nothing worse (CONN-4) */

    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) { /* out of descriptors, say: wait for a connection to end */
            if (errno != EINTR && errno != ECONNABORTED) poll(NULL, 0, 50);
            continue;
        }
        pthread_t thread;
        if (pthread_create(&thread, &attributes, serve, (void *)(intptr_t)fd) != 0) close(fd);
    }
}

static void *serve(void *fd) {
    struct connection c = {.fd = (int)(intptr_t)fd};
    int on = 1;
    setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* FRAME-11 */
    if (converse(&c)) hang_up(c.fd);
    close(c.fd);
    return NULL;
}

/* Answers until QUIT or the end of the client's stream (CONN-5); what then stands without LF is dropped
 * (FRAME-9). False when the connection has broken. */
static bool converse(struct connection *c) {
    char octets[BUFFER_SIZE];
    while (!c->session.closed) {
        ssize_t count = recv(c->fd, octets, sizeof octets, 0);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return count == 0;
        if (!take(c, octets, (size_t)count) || !flush(c)) return false;
    }
    return true;
}

static bool take(struct connection *c, const char *octets, size_t count) {
    for (size_t i = 0; i < count && !c->session.closed; i++) {
        if (octets[i] != '\n') {
            if (c->length < sizeof c->line)
                c->line[c->length++] = octets[i];
            else
                c->overrun = true; /* FRAME-5 */
            continue;
        }
        if (sizeof c->out - c->pending < REPLY_ROOM && !flush(c)) return false;
        char room[REPLY_ROOM];
        const char *reply = answer_line(c, room);
        c->pending += (size_t)snprintf(c->out + c->pending, REPLY_ROOM, "%s\n", reply);
        c->length = 0;
        c->overrun = false;
    }
    return true;
}

/* Sends what is pending. It blocks while the client does not read, and nothing is read from the client
 * meanwhile (CONN-7). */
static bool flush(struct connection *c) {
    for (size_t sent = 0; sent < c->pending;) {
        ssize_t count = send(c->fd, c->out + sent, c->pending - sent, 0);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        sent += (size_t)count;
    }
    c->pending = 0;
    return true;
}

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Ends our side and drops what still arrives, so that no reset overtakes the replies (CONN-6). */
static void hang_up(int fd) {
    char dropped[BUFFER_SIZE];
    int64_t deadline = now_ms() + DRAIN_MS, left;
    shutdown(fd, SHUT_WR);
    while ((left = deadline - now_ms()) > 0) {
        struct pollfd readable = {.fd = fd, .events = POLLIN};
        if (poll(&readable, 1, (int)left) > 0 && recv(fd, dropped, sizeof dropped, 0) <= 0) return;
    }
}

/* The reply to the line that has just ended: a constant, or text written into `room`. */
static const char *answer_line(struct connection *c, char *room) {
    size_t length = c->length;
    if (length > 0 && c->line[length - 1] == '\r') length--; /* FRAME-2 */
    if (c->overrun || length > LINE_LIMIT) return "FAIL line-too-long";

    char *message = c->line, *end = message + length;
    while (message < end && (*message == ' ' || *message == '\t')) message++; /* FRAME-6 */
    while (message < end && (end[-1] == ' ' || end[-1] == '\t')) end--;
    for (char *octet = message; octet < end; octet++) {
        if (*octet < 0x20 || *octet > 0x7e) return "FAIL syntax"; /* FRAME-8 */
        if ('A' <= *octet && *octet <= 'Z') *octet += 'a' - 'A'; /* MSG-6 */
    }
    *end = '\0';
    return answer(&c->session, message, room);
}

static const char *answer(struct session *s, char *message, char *room) {
    /* strtod reads a point and no comma: the locale is "C", which nobody changes. */
    if (is_operand(message)) return hold(s, strtod(message, NULL));
    if (strcmp(message, "neg") == 0 || strcmp(message, "abs") == 0) return evaluate(s, message, 1, room);
    if (strlen(message) == 1 && strchr("+-*/", *message)) return evaluate(s, message, 2, room);
    if (strcmp(message, "hello") == 0) return OFFER;
    if (strcmp(message, "clear") == 0) {
        s->held = 0;
        return "OK";
    }
    if (strcmp(message, "quit") == 0) {
        s->closed = true;
        return "OK";
    }
    return "FAIL syntax";
}

static const char *hold(struct session *s, double operand) {
    if (s->held == 2) return "FAIL too-many-operands"; /* before the range is looked at (ERR-4) */
    if (!isfinite(operand)) return "FAIL out-of-range";
    s->operand[s->held++] = operand;
    return "OK";
}

static const char *evaluate(struct session *s, const char *operator, int arity, char *room) {
    if (s->held < arity) return "FAIL missing-operand";
    if (s->held > arity) return "FAIL extra-operand";
    s->held = 0; /* whatever comes of it (ERR-3, SESS-3) */

    double a = s->operand[0], b = s->operand[1], result = 0;
    switch (*operator) {
    case '+': result = a + b; break;
    case '-': result = a - b; break;
    case '*': result = a * b; break;
    case '/':
        if (b == 0) return "FAIL division-by-zero";
        result = a / b;
        break;
    case 'n': result = -a; break;
    case 'a': result = a < 0 ? -a : a; break;
    }
    if (!isfinite(result)) return "FAIL overflow";
    print_result(result, room);
    return room;
}

static const char *skip_digits(const char *s) {
    while ('0' <= *s && *s <= '9') s++;
    return s;
}

static const char *skip_sign(const char *s) {
    return *s == '+' || *s == '-' ? s + 1 : s;
}

/* Whether `s`, in lower case, has the form `operand` of §4. */
static bool is_operand(const char *s) {
    const char *whole = skip_sign(s);
    s = skip_digits(whole);
    bool has_digits = s > whole;
    if (*s == '.') {
        const char *fraction = s + 1;
        s = skip_digits(fraction);
        has_digits = has_digits || s > fraction;
    }
    if (has_digits && *s == 'e') {
        const char *exponent = skip_sign(s + 1);
        s = skip_digits(exponent);
        has_digits = s > exponent;
    }
    return has_digits && *s == '\0';
}

static void print_result(double x, char *room) {
    static const char prefix[] = "RESULT ";
    char *number = strcpy(room, prefix) + sizeof prefix - 1;
    size_t size = REPLY_ROOM - (sizeof prefix - 1);
    if (x == 0) x = 0; /* no -0 */
    snprintf(number, size, "%.15g", x);
    /* Near the largest double, 15 digits can round up to a number beyond it. */
    if (!isfinite(strtod(number, NULL))) snprintf(number, size, "%.17g", x);
}
