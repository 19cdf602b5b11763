/*
 * Preloaded (LD_PRELOAD), it makes system calls on files below the folder FAULTS_UNDER fail, as the file named in FAULTS says.
 * Build: cc -shared -fPIC -O1 -o failing-files.so failing-files.c -ldl
 *
 * FAULTS has one line for each call, in the manner of FreeBSD's fail(9), with numbers for errors: `write 3*return(5)->20%return(28)`
 * fails three writes with EIO and then each fifth with ENOSPC; `short` writes half, `off` does nothing. Terms are worked off from
 * left to right; one without a count is never over. The file is read anew when it is another one: rename it into place.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN, WRITE, RENAME, UNLINK, CALLS };
static const char *names[CALLS] = {"open", "write", "rename", "unlink"};
enum { OFF = 0, SHORT = -1 };
struct term { long count; int percent; int what; };
static struct { struct term terms[8]; int length, at; long used; } rules[CALLS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static ino_t loaded;
static unsigned dice = 1;

static void read_rules(FILE *file) {
  char line[512];
  memset(rules, 0, sizeof rules);
  while (fgets(line, sizeof line, file)) {
    char *at = strchr(line, ' ');
    if (!at) continue;
    *at++ = 0;
    if (!strcmp(line, "seed")) dice = (unsigned)atol(at) | 1;
    for (int call = 0; call < CALLS; call++) {
      if (strcmp(line, names[call])) continue;
      char *save, *text;
      for (text = strtok_r(at, "\n", &save); text && rules[call].length < 8;) {
        struct term term = {-1, 100, OFF};
        char *next = strstr(text, "->"), *star = strchr(text, '*'), *share = strchr(text, '%'), *error;
        if (next) *next = 0, next += 2;
        if (star && (!next || star < next)) term.count = atol(text), text = star + 1;
        if (share && (!next || share < next)) term.percent = atoi(text);
        if ((error = strstr(text, "return("))) term.what = atoi(error + 7);
        if (strstr(text, "short")) term.what = SHORT;
        rules[call].terms[rules[call].length++] = term;
        text = next;
      }
    }
  }
}

/* An errno, SHORT or OFF. */
static int decide(int call) {
  struct stat found;
  int what = OFF;
  const char *path = getenv("FAULTS");
  if (!path || stat(path, &found)) return OFF;
  pthread_mutex_lock(&lock);
  if (found.st_ino != loaded) {
    FILE *file = fopen(path, "re");
    if (file) read_rules(file), fclose(file), loaded = found.st_ino;
  }
  while (rules[call].at < rules[call].length) {
    struct term *term = &rules[call].terms[rules[call].at];
    if (term->count >= 0 && rules[call].used >= term->count) {
      rules[call].at++, rules[call].used = 0;
      continue;
    }
    dice = dice * 1664525u + 1013904223u;
    if ((dice >> 16) % 100 < (unsigned)term->percent) what = term->what, rules[call].used++;
    break;
  }
  pthread_mutex_unlock(&lock);
  return what;
}

static int meant(const char *path) {
  const char *under = getenv("FAULTS_UNDER");
  size_t length = under ? strlen(under) : 0;
  return length > 0 && !strncmp(path, under, length) && path[length] == '/';
}

static int meant_fd(int fd) {
  char link[64], path[4096];
  if (!getenv("FAULTS_UNDER")) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return meant(path);
}

#define REAL(name) \
  static __typeof__(name) *real; \
  if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define FAIL(call) \
  int what = decide(call); \
  if (what > 0) return errno = what, -1

int open64(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, mode_t) : 0;
  va_end(more);
  REAL(open64);
  if (meant(path)) { FAIL(OPEN); }
  return real(path, flags, mode);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  REAL(write);
  if (meant_fd(fd)) {
    FAIL(WRITE);
    if (what == SHORT && length > 1) length /= 2;
  }
  return real(fd, bytes, length);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL(writev);
  if (meant_fd(fd)) {
    FAIL(WRITE);
    if (what == SHORT && count > 1) count = 1;
  }
  return real(fd, parts, count);
}

int rename(const char *from, const char *to) {
  REAL(rename);
  if (meant(from)) { FAIL(RENAME); }
  return real(from, to);
}

int unlink(const char *path) {
  REAL(unlink);
  if (meant(path)) { FAIL(UNLINK); }
  return real(path);
}
