/* The limit: an epoll loop on one thread that answers OK to every line, whatever is in it, and does nothing else.
 * usage: echo PORT */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PIECE = 64 * 1024, EVENTS = 1024, BACKLOG = 4096 };

static void die(const char *what) {
    perror(what);
    exit(1);
}

static int listen_on(int port) {
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, BACKLOG)) die("listen");
    return listener;
}

/* Writes all of it: a client that reads no replies stops the whole server, which no client of the benchmark does. */
static int write_all(int client, const char *octets, size_t left) {
    while (left > 0) {
        ssize_t written = send(client, octets, left, MSG_NOSIGNAL);
        if (written < 0) return -1;
        octets += written;
        left -= written;
    }
    return 0;
}

int main(int argc, char **argv) {
    static char piece[PIECE], replies[3 * PIECE];
    struct epoll_event events[EVENTS];
    struct rlimit files;
    if (argc != 2) die("usage: echo PORT");
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    for (int i = 0; i < PIECE; i++) memcpy(replies + 3 * i, "OK\n", 3);
    int listener = listen_on(atoi(argv[1])), poll = epoll_create1(0), on = 1;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(poll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            int client = events[i].data.fd;
            if (client == listener) {
                if ((client = accept(listener, NULL, NULL)) < 0) continue;
                setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                event.data.fd = client;
                epoll_ctl(poll, EPOLL_CTL_ADD, client, &event);
                continue;
            }
            ssize_t size = recv(client, piece, PIECE, 0);
            size_t lines = 0;
            for (char *at = piece; size > 0 && (at = memchr(at, '\n', piece + size - at)); at++) lines++;
            if (size <= 0 || write_all(client, replies, 3 * lines)) close(client);
        }
    }
}
