/* A client of the calculator. So far it sends the first token and shows what comes back; all else is yours.
 *
 *     ./client PORT 1 2 +
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

enum { BUFFER_SIZE = 4096 };

static int connect_to(int port);

int main(int argc, char **argv)
{
    char reply[BUFFER_SIZE];
    ssize_t count;
    int connection;
    if (argc < 3) {
        fprintf(stderr, "usage: %s PORT TOKEN...\n", argv[0]);
        return 2;
    }
    connection = connect_to(atoi(argv[1]));
    /* TODO 1 (§7): every token, each when the one before it has its reply. */
    send(connection, argv[2], strlen(argv[2]), 0);
    send(connection, "\n", 1, 0);
    /* TODO 2 (FRAME-1): one recv is not one reply. */
    count = recv(connection, reply, sizeof reply, 0);
    /* TODO 3 (REPLY-2): only the number of a RESULT is for people to see; a FAIL is an error.
     * And what the server sent need not be fit for a terminal (PROTOCOL.md §12). */
    if (count > 0)
        fwrite(reply, 1, (size_t)count, stdout);
    /* TODO 4 (MSG-8): take leave. */
    close(connection);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* socket and connect; ends the program where that fails. */
static int connect_to(int port)
{
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((unsigned short)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connection < 0 || connect(connection, (struct sockaddr *)&address, sizeof address) < 0) {
        perror("connect");
        exit(EXIT_FAILURE);
    }
    return connection;
}
