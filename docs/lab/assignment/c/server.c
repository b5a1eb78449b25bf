/* A calculator over TCP. So far it listens, and answers FAIL to whatever it reads; all else is yours.
 *
 *     ./server [PORT]
 *
 * The ids in the comments are those of the requirements in PROTOCOL.md.
 */
#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DEFAULT_PORT = 51216 /* CONN-1 */, BUFFER_SIZE = 4096 };

static int listen_on(int port);
static void serve(int connection);
static const char *answer(const char *message, size_t length);

int main(int argc, char **argv)
{
    int port = argc > 1 ? atoi(argv[1]) : DEFAULT_PORT;
    int listener = listen_on(port);
    printf("listening on 127.0.0.1:%d\n", port);
    fflush(stdout);
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection < 0) {
            perror("accept");
            continue;
        }
        /* TODO 5 (CONN-3): while this client is served, all others wait.
         * TODO 6 (CONN-4): what happens to the server when it writes to a client that has gone? */
        serve(connection);
        close(connection);
    }
}

/* socket, bind and listen; ends the program where that fails. */
static int listen_on(int port)
{
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int yes = 1;
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((unsigned short)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK); /* CONN-2: this machine alone */
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
        bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 128) < 0) {
        perror("listen");
        exit(EXIT_FAILURE);
    }
    return listener;
}

/* Serves one client until it sends no more. */
static void serve(int connection)
{
    char octets[BUFFER_SIZE];
    ssize_t count;
    /* TODO 1 (FRAME-1, FRAME-2): what recv returns may be half a message, or three. Where does a message end? */
    while ((count = recv(connection, octets, sizeof octets, 0)) > 0) {
        const char *reply = answer(octets, (size_t)count);
        /* Mind that send may take less than all of it. */
        send(connection, reply, strlen(reply), 0);
    }
    /* TODO 4 (MSG-8, CONN-5, CONN-6): QUIT, and how a connection is closed. */
}

/* The reply to one message, with its line end. */
static const char *answer(const char *message, size_t length)
{
    /* TODO 2 (§4, §6): is it an operand, an operator, a command, or none of them? */
    /* TODO 3 (§7): what is held from one message to the next, and where does it live? */
    (void)message;
    (void)length;
    return "FAIL syntax not written yet\n";
}
