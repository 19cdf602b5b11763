/** What `-h` prints. The first line, the usage line and the final blank line are as they always were. */
export function usageText(argv0: string): string {
  return `supervisorctl -- control applications run by supervisord from the cmd line.

Usage: ${argv0} [options] [action [arguments]]

Options:
-c/--configuration FILENAME -- configuration file to read; without it, the usual places are searched
-h/--help -- print this message and exit
-i/--interactive -- ask for confirmation and passwords even when an action is given
-s/--serverurl URL -- where supervisord listens, such as http://localhost:9001 or unix:///run/supervisor.sock
-u/--username USERNAME -- name to log in with
-p/--password PASSWORD -- password to log in with
-r/--history-file FILENAME -- keep the history of the interactive shell in this file
--raw -- show what programs print as it is; otherwise a terminal gets only text and colours

action [arguments] -- what to do: see "help". Without an action, an interactive shell is started.
`;
}
