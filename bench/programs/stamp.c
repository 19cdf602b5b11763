/* stamp FIFO NAME [idle|exit]: writes "NAME PID NANOSECONDS" (CLOCK_MONOTONIC) as the first thing main() does.
 * Without waiting for a reader: after an interrupted run nobody reads, and no program is to be left behind. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (argc < 3) return 2;
  char line[256];
  int length = snprintf(line, sizeof line, "%s %d %lld\n", argv[2], (int)getpid(),
                        (long long)now.tv_sec * 1000000000LL + now.tv_nsec);
  int fd = open(argv[1], O_WRONLY | O_NONBLOCK);
  if (fd < 0 || write(fd, line, length) != length) return 1;
  close(fd);
  if (argc > 3 && strcmp(argv[3], "exit") == 0) return 0;
  for (;;) pause();
}
