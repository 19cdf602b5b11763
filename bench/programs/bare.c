/*
 * The physical floor of a process manager: the system calls and nothing else.
 *   bare respawn CMD ARGS     runs it again whenever it dies
 *   bare spawn N CMD ARGS     runs it N times; on TERM kills all with TERM, waits for all, exits
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t run(char **command) {
  pid_t pid = vfork();
  if (pid == 0) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execv(command[0], command);
    _exit(127);
  }
  return pid;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  if (strcmp(argv[1], "respawn") == 0)
    for (;;) waitpid(run(argv + 2), NULL, 0);
  int count = atoi(argv[2]), signal_number;
  pid_t *pids = calloc(count, sizeof *pids);
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigprocmask(SIG_BLOCK, &term, NULL);
  for (int i = 0; i < count; i++) pids[i] = run(argv + 3);
  sigwait(&term, &signal_number);
  for (int i = 0; i < count; i++) kill(pids[i], SIGTERM);
  for (int i = 0; i < count; i++) waitpid(pids[i], NULL, 0);
  return 0;
}
