/* flood BYTES: numbered lines of 100 bytes to stdout, 64 KB a write, BYTES in all (a multiple of 100); then exits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  static char buffer[65600];
  long long lines = atoll(argv[1]) / 100;
  size_t used = 0;
  for (long long i = 0; i < lines; i++) {
    used += sprintf(buffer + used, "%012lld %086d\n", i, 0);
    if (used < 65500 && i < lines - 1) continue;
    for (size_t done = 0; done < used;) {
      ssize_t n = write(1, buffer + done, used - done);
      if (n < 0) return 1;
      done += n;
    }
    used = 0;
  }
  return 0;
}
