/** Programs in Supervisor's format that both daemons are given where they are compared; `@` stands for the folder. */
export const PROGRAMS = `
[program:cat]
command=/bin/cat
stdout_logfile=@/logs/cat.out
stderr_logfile=@/logs/cat.err
[program:a]
command=/bin/sleep 1000
priority=5
redirect_stderr=true
stdout_logfile=NONE
[program:b]
command=/bin/sleep 1000
priority=3
[group:grp]
programs=a,b
[program:idle]
command=/bin/sleep 1000
autostart=false
stdout_logfile=NONE
stderr_logfile=NONE
[program:flaky]
command=/bin/sh -c "exit 9"
startretries=0
autostart=false
[program:nofile]
command=/nonexistent/prog
autostart=false
[program:notexec]
command=/etc/passwd
autostart=false
`;

/** The same programs after an edit: one is other than it was, one is gone, one is new. */
export function afterAnEdit(programs: string): string {
  return programs
    .replace("command=/bin/sleep 1000\npriority=5", "command=/bin/sleep 2000\npriority=5")
    .replace("[program:notexec]\ncommand=/etc/passwd\nautostart=false\n", "")
    .concat("[program:fresh]\ncommand=/bin/sleep 1000\n");
}
