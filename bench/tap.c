/* The Linux side of bench/tap.ts: what one end of a TCP connection does, by plain calls.
 *
 * tap sink PORT | tap source PORT BYTES | tap echo PORT: serves one connection, having said "ready";
 * tap ping ADDRESS PORT ROUNDS: prints the nanoseconds of a round trip of 64 bytes. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE = 64, PIECE = 1 << 16 };

static char buffer[1 << 18];

static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static int open_socket(void) {
  int s = socket(AF_INET, SOCK_STREAM, 0);
  int one = 1;
  setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  /* Whatever the machine's default is: what both sides can name. */
  setsockopt(s, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
  return s;
}

static struct sockaddr_in endpoint(const char *address, const char *port) {
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
  inet_pton(AF_INET, address, &name.sin_addr);
  return name;
}

static int serve(const char *port) {
  int s = open_socket();
  struct sockaddr_in name = endpoint("0.0.0.0", port);
  if (bind(s, (struct sockaddr *)&name, sizeof name) != 0 || listen(s, 1) != 0) exit(1);
  puts("ready");
  fflush(stdout);
  return accept(s, NULL, NULL);
}

static int read_whole(int s, int length) {
  for (int done = 0; done < length;) {
    int count = read(s, buffer + done, length - done);
    if (count <= 0) return 0;
    done += count;
  }
  return 1;
}

static void ping(const char *address, const char *port, int rounds) {
  int s = open_socket();
  struct sockaddr_in name = endpoint(address, port);
  if (connect(s, (struct sockaddr *)&name, sizeof name) != 0) exit(1);
  double begin_ns = 0;
  for (int i = -rounds / 10; i < rounds; i++) {
    if (i == 0) begin_ns = now_ns();
    if (write(s, buffer, MESSAGE) != MESSAGE || !read_whole(s, MESSAGE)) exit(1);
  }
  printf("%.0f\n", (now_ns() - begin_ns) / rounds);
}

int main(int count, char **words) {
  if (count == 3 && strcmp(words[1], "sink") == 0) {
    int s = serve(words[2]);
    while (read(s, buffer, sizeof buffer) > 0) {
    }
  } else if (count == 4 && strcmp(words[1], "source") == 0) {
    int s = serve(words[2]);
    for (long left = atol(words[3]); left > 0;) {
      long sent = write(s, buffer, left < PIECE ? left : PIECE);
      if (sent <= 0) return 1;
      left -= sent;
    }
    shutdown(s, SHUT_WR);
    read(s, buffer, 1);
  } else if (count == 3 && strcmp(words[1], "echo") == 0) {
    int s = serve(words[2]);
    while (read_whole(s, MESSAGE)) write(s, buffer, MESSAGE);
  } else if (count == 5 && strcmp(words[1], "ping") == 0) {
    ping(words[2], words[3], atoi(words[4]));
  } else {
    return 2;
  }
  return 0;
}
