"""Asks Debian's Supervisor what it makes of config files.

Reads one JSON object a line, {"file": path, "cwd": folder, "lenient": bool}, and writes one a line: {"error": text} or
{"supervisord": {...}, "servers": [...], "groups": [...], "warnings": [...], "infos": [...]}.

Two places follow 4.4 instead of the installed 4.2.5, because 4.4 is what is reproduced there: the grammar of
`environment` (ini_environment.py) and the single expansion of it in [supervisord].

`lenient` switches the checks of the host off: users, groups and folders are always there, and a missing variable of
the environment is "info" if its name speaks of a level, else "1".
"""
import json
import os
import socket
import sys
import warnings

warnings.simplefilter("ignore")
sys.path.insert(0, "/usr/lib/python3/dist-packages")
from supervisor import datatypes, loggers, options  # noqa: E402

from ini_environment import read as read_environment  # noqa: E402

HOST_CHECKS = ("name_to_uid", "gid_for_uid", "existing_directory", "existing_dirpath", "colon_separated_user_group")
REAL = {name: getattr(options, name) for name in HOST_CHECKS if hasattr(options, name)}
options.dict_of_key_value_pairs = read_environment
WORDS = [name for name in dir(loggers.LevelsByDescription) if not name.startswith("_")]
LEVELS = {getattr(loggers.LevelsByDescription, name): name for name in WORDS}


class Refused(Exception):
    pass


class Parser(options.UnhosedConfigParser):
    def saneget(self, section, option, default=options._marker, do_expand=True, expansions={}):
        if (section, option) == ("supervisord", "environment"):
            do_expand = False
        return options.__dict__["_original"].saneget(
            self, section, option, default=default, do_expand=do_expand, expansions=expansions
        )


options._original = options.UnhosedConfigParser
options.UnhosedConfigParser = Parser


class Anything(dict):
    """An environment in which every variable is set."""

    def __missing__(self, key):
        if key.startswith("ENV_"):
            return "info" if "LEVEL" in key else "1"
        raise KeyError(key)


def real_expand(text, expansions, name, _expand=options.expand):
    return _expand(text, expansions, name)


def lenient_expand(text, expansions, name, _expand=options.expand):
    return _expand(text, Anything(expansions), name)


def set_lenient(on):
    if on:
        options.name_to_uid = datatypes.name_to_uid = lambda name: 1000
        options.gid_for_uid = lambda uid: 1000
        options.existing_directory = options.existing_dirpath = datatypes.existing_dirpath = os.path.expanduser
        options.colon_separated_user_group = lambda text: (1000, 1000 if ":" in text else -1)
        options.expand = lenient_expand
    else:
        for name, value in REAL.items():
            setattr(options, name, value)
        datatypes.name_to_uid = REAL["name_to_uid"]
        datatypes.existing_dirpath = REAL["existing_dirpath"]
        options.expand = real_expand


def refuse(message):
    raise Refused(str(message))


def ask(question):
    set_lenient(question.get("lenient", False))
    os.chdir(question.get("cwd", "."))
    asked = options.ServerOptions()
    asked.usage = refuse
    try:
        asked.realize(["-c", question["file"], "-n"], doc="")
    except Refused as why:
        return {"error": str(why)}
    except Exception as why:  # a traceback of supervisord is an answer too
        return {"error": "%s: %s" % (type(why).__name__, why)}
    section = asked.configroot.supervisord
    return {
        "supervisord": daemon(section),
        "servers": [server(one) for one in section.server_configs],
        "rpcinterfaces": [name for name, _, _ in section.rpcinterface_factories],
        "groups": [group(one) for one in section.process_group_configs],
        "warnings": asked.parse_warnings,
        "infos": asked.parse_infos,
    }


def daemon(section):
    names = (
        "minfds minprocs directory user umask logfile logfile_maxbytes logfile_backups pidfile identifier nodaemon"
        " silent nocleanup strip_ansi environment"
    )
    out = {name: getattr(section, name) for name in names.split()}
    out["loglevel"] = LEVELS.get(section.loglevel, section.loglevel)
    return out


def server(one):
    out = {key: one.get(key) for key in ("section", "username", "password", "file", "chmod", "host", "port")}
    out["kind"] = "unix" if one["family"] == socket.AF_UNIX else "inet"
    out["chown"] = list(one["chown"]) if "chown" in one else None
    return out


def group(one):
    out = {"name": one.name, "priority": one.priority, "kind": KINDS[type(one).__name__]}
    if out["kind"] == "eventlistener":
        out["buffer_size"] = one.buffer_size
        out["events"] = sorted(options.EventTypesNames[kind] for kind in one.pool_events)
    if out["kind"] == "fcgi":
        sock = one.socket_config
        out["socket"] = [sock.url, getattr(sock, "mode", None), getattr(sock, "owner", None), sock.backlog]
    out["processes"] = [process(each, one.name) for each in one.process_configs]
    return out


KINDS = {
    "ProcessGroupConfig": "program",
    "EventListenerPoolConfig": "eventlistener",
    "FastCGIGroupConfig": "fcgi",
}
PROCESS = (
    "name command directory uid umask priority autostart startsecs startretries stopsignal stopwaitsecs"
    " stopasgroup killasgroup exitcodes redirect_stderr environment serverurl stdout_logfile_maxbytes"
    " stdout_logfile_backups stdout_capture_maxbytes stdout_events_enabled stdout_syslog stderr_logfile_maxbytes"
    " stderr_logfile_backups stderr_capture_maxbytes stderr_events_enabled stderr_syslog"
).split()
RESTART = {
    options.RestartUnconditionally if hasattr(options, "RestartUnconditionally") else datatypes.RestartUnconditionally: True,
    datatypes.RestartWhenExitUnexpected: "unexpected",
    False: False,
}


def process(one, group_name):
    out = {key: getattr(one, key) for key in PROCESS}
    out["stopsignal"] = int(one.stopsignal)
    out["autorestart"] = RESTART[one.autorestart]
    for key in ("stdout_logfile", "stderr_logfile"):
        value = getattr(one, key)
        out[key] = {"auto": True} if value is datatypes.Automatic else value
    return out


def main():
    from supervisor import events

    options.EventTypesNames = {
        getattr(events.EventTypes, name): name for name in dir(events.EventTypes) if name.isupper()
    }
    for line in sys.stdin:
        print(json.dumps(ask(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
