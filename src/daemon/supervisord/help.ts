/** What `supervisord -h` prints. Same options in the same order as Supervisor's, so that whoever greps it finds them. */
export function supervisordHelp(program: string): string {
  return `supervisord -- run and keep running a set of programs.

Usage: ${program} [options]

Options:
-c/--configuration FILENAME -- the config file (looked for in the usual places if not given)
-n/--nodaemon -- stay in the foreground (as 'nodaemon=true' in the config file does)
-s/--silent -- in the foreground, do not copy the log to stdout ('silent=true')
-h/--help -- print this text and exit
-v/--version -- print the version number and exit
-u/--user USER -- run as this user (name or uid)
-m/--umask UMASK -- umask of the daemon, in octal (default 022)
-d/--directory DIRECTORY -- folder that the daemon changes to
-l/--logfile FILENAME -- the daemon's own log, or 'syslog'
-y/--logfile_maxbytes BYTES -- size at which that log is rotated (0: never)
-z/--logfile_backups NUM -- how many rotated logs to keep
-e/--loglevel LEVEL -- critical, error, warn, info, debug, trace or blather
-j/--pidfile FILENAME -- where the daemon writes its pid
-i/--identifier STR -- name of this instance in events and automatic log files
-q/--childlogdir DIRECTORY -- folder of automatic log files of programs
-k/--nocleanup -- keep automatic log files of earlier runs at start
-a/--minfds NUM -- file descriptors that must be available, or the start fails
-t/--strip_ansi -- remove ANSI escape sequences from programs' logs
--minprocs NUM -- processes that must be available, or the start fails
--profile_options OPTIONS -- accepted for compatibility; has no effect

`;
}
