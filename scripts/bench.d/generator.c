/* The least that a load generator can do, to hold ours against: one connection, DEPTH messages `1` under way, as many more
 * written as replies `OK` were read. Nothing is compared and no time is taken but that of the whole. Prints replies a second.
 * usage: generator PORT DEPTH SECONDS */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 64 * 1024 };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void die(const char *what) {
    perror(what);
    exit(1);
}

int main(int argc, char **argv) {
    static char messages[PIECE], piece[PIECE];
    if (argc != 4) die("usage: generator PORT DEPTH SECONDS");
    long due = atol(argv[2]), octets = 0;
    double seconds = atof(argv[3]);
    for (int i = 0; i < PIECE; i += 2) memcpy(messages + i, "1\n", 2);
    int server = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(server, (struct sockaddr *)&address, sizeof address)) die("connect");
    setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    double start = now(), end = start + seconds;
    while (now() < end) {
        for (long left = 2 * due; left > 0;) {
            ssize_t written = send(server, messages, left < PIECE ? left : PIECE, 0);
            if (written <= 0) die("send");
            left -= written;
        }
        ssize_t size = recv(server, piece, PIECE, 0);
        if (size <= 0) die("recv");
        /* Whole replies, of three octets each. */
        due = (octets + size) / 3 - octets / 3;
        octets += size;
    }
    printf("%.0f\n", octets / 3 / (now() - start));
    return 0;
}
