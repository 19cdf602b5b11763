"""Capture mode of Supervisor itself: streams, each a list of chunks (base64), as JSON lines on stdin; for each, as a JSON line,
what Supervisor's dispatcher logs and which messages it tells of. The argument is the capture_maxbytes."""
import base64, json, sys
from supervisor import loggers
from supervisor.dispatchers import POutputDispatcher
from supervisor.events import ProcessCommunicationStdoutEvent


class Quiet:
    def debug(self, *args, **kw):
        pass


class Log:
    def __init__(self):
        self.text = b""

    def info(self, data):
        self.text += data


class Options:
    loglevel = 1000
    strip_ansi = False
    logger = Quiet()
    getLogger = staticmethod(loggers.getLogger)


class Config:
    name = "p"
    options = Options()
    stdout_logfile = None
    stdout_logfile_maxbytes = stdout_logfile_backups = 0
    stdout_syslog = stdout_events_enabled = stderr_events_enabled = False
    stdout_capture_maxbytes = int(sys.argv[1])


class Process:
    config = Config()
    pid = 1
    group = None


told = []


class Event(ProcessCommunicationStdoutEvent):
    def __init__(self, process, pid, data):
        told.append(data)


for line in sys.stdin:
    told.clear()
    dispatcher = POutputDispatcher(Process(), Event, 0)
    dispatcher.normallog = dispatcher.childlog = Log()
    for chunk in json.loads(line):
        dispatcher.output_buffer += base64.b64decode(chunk)
        dispatcher.record_output()
    encode = lambda data: base64.b64encode(data).decode()
    print(json.dumps([encode(dispatcher.normallog.text), [encode(one) for one in told]]))
