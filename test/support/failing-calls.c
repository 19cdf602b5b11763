/*
 * Preloaded into a daemon: makes system calls fail that a kernel hardly ever refuses, on command.
 *
 * A call fails while there is a file of its name in the folder $FAIL_CALLS: it holds the errno and, for `open`, the end of the
 * paths that are concerned. The file `clock` holds seconds by which the wall clock is off.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int number_for(const char *name, const char *what) {
  const char *folder = getenv("FAIL_CALLS");
  char path[4096], text[256];
  if (folder == NULL) return 0;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  int before = errno;
  /* Not open: that is ours. */
  int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  errno = before;
  if (fd < 0) return 0;
  ssize_t length = read(fd, text, sizeof text - 1);
  close(fd);
  if (length <= 0) return 0;
  text[length] = 0;
  char *end = text;
  int number = (int)strtol(text, &end, 10);
  while (*end == ' ') end++;
  size_t wanted = strlen(end), there = strlen(what);
  return wanted > there || strcmp(what + there - wanted, end) != 0 ? 0 : number;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FAIL(name)                      \
  do {                                  \
    int failed = number_for(name, "");  \
    if (failed) {                       \
      errno = failed;                   \
      return -1;                        \
    }                                   \
  } while (0)

int kill(pid_t pid, int signal) {
  if (signal != 0) FAIL("kill");
  return NEXT(kill)(pid, signal);
}

pid_t fork(void) {
  FAIL("fork");
  return NEXT(fork)();
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
                char *const argv[], char *const envp[]) {
  int failed = number_for("fork", "");
  return failed ? failed : NEXT(posix_spawn)(pid, path, actions, attributes, argv, envp);
}

/* Python's waitpid is this one. That of libuv ends the process if it fails, so it is left alone. */
pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage) {
  FAIL("wait");
  return NEXT(wait4)(pid, status, options, usage);
}

pid_t waitpid(pid_t pid, int *status, int options) {
  if (pid == -1) FAIL("wait");
  return NEXT(waitpid)(pid, status, options);
}

int waitid(idtype_t type, id_t id, siginfo_t *info, int options) {
  FAIL("wait");
  return NEXT(waitid)(type, id, info, options);
}

int inotify_add_watch(int fd, const char *path, uint32_t mask) {
  FAIL("watch");
  return NEXT(inotify_add_watch)(fd, path, mask);
}

#define OPEN(name)                                     \
  int name(const char *path, int flags, ...) {         \
    va_list more;                                      \
    va_start(more, flags);                             \
    mode_t mode = va_arg(more, mode_t);                \
    va_end(more);                                      \
    int failed = number_for("open", path);             \
    if (failed) {                                      \
      errno = failed;                                  \
      return -1;                                       \
    }                                                  \
    return NEXT(name)(path, flags, mode);              \
  }
OPEN(open)
OPEN(open64)

int clock_gettime(clockid_t clock, struct timespec *now) {
  int result = NEXT(clock_gettime)(clock, now);
  if (clock == CLOCK_REALTIME) now->tv_sec += number_for("clock", "");
  return result;
}

int gettimeofday(struct timeval *now, void *zone) {
  int result = NEXT(gettimeofday)(now, zone);
  now->tv_sec += number_for("clock", "");
  return result;
}
