/* chatter RATE: so many lines of 80 bytes a second, for ever. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  struct timespec pause = {0, 1000000000L / atoi(argv[1])};
  char line[80];
  memset(line, 'x', sizeof line);
  line[79] = '\n';
  for (;;) {
    if (write(1, line, sizeof line) < 0) return 1;
    nanosleep(&pause, NULL);
  }
}
