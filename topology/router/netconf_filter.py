"""sshd Subsystem in front of netconfd: netconf_filter.py PORT@SOCKET

netconfd (yuma123 2.14, Debian 13) has three faults that a client of the lab should not have to know; all else passes unchanged.

1. <validate> of the candidate, then <commit>: it answers ok to both and drops the edits. That request goes on as an empty edit-config
   with test-then-set, which runs the same checks and keeps the edits; the reply carries the client's message-id.
2. A request that arrives in one read with the client's hello is left unread. The first request waits a moment after the hello.
3. It looks at its timers only after a second without input, so that a client who asks every half second holds off the timeout of a
   confirmed commit for ever. Each filter notes when a confirmed commit that passes through it will time out, and from then on all of
   them hold what comes for QUIET_SECONDS.
"""

import os
import sys
import time

# In a user-mode kernel every import costs a session tens of milliseconds: the others wait until a message needs them.

BASE = "{urn:ietf:params:xml:ns:netconf:base:1.0}"
END_OF_MESSAGE = b"]]>]]>"
HEADER_BYTES_MAX = 64
AFTER_HELLO_SECONDS = 0.2
DEADLINES = "/run/netconf/deadlines"
QUIET_SECONDS = 1.6  # a second without input, and the rounding of netconfd's clock
CONFIRM_TIMEOUT_SECONDS = 600  # RFC 6241, 8.4.1: where the client names none
VALIDATE_BY_EDIT = (
    b'<edit-config xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><target><candidate/></target>'
    b"<default-operation>none</default-operation><test-option>test-then-set</test-option><config/></edit-config>"
)


class Client:
    """Whole messages from the client, in the framing that its hello chose."""

    def __init__(self):
        self.buffer = bytearray()
        self.chunked = False

    def fill(self):
        data = os.read(0, 65536)
        if not data:
            raise EOFError
        self.buffer += data

    def message(self):
        return self.chunked_message() if self.chunked else self.ended_message()

    def ended_message(self):
        searched = 0
        while (end := self.buffer.find(END_OF_MESSAGE, searched)) < 0:
            searched = max(0, len(self.buffer) - len(END_OF_MESSAGE))
            self.fill()
        message = bytes(self.buffer[:end])
        del self.buffer[: end + len(END_OF_MESSAGE)]
        return message

    def chunked_message(self):
        message = bytearray()
        while (size := self.chunk_header()) is not None:
            while len(self.buffer) < size:
                self.fill()
            message += self.buffer[:size]
            del self.buffer[:size]
        return bytes(message)

    def chunk_header(self):
        """The size of the next chunk, None at the end of the chunks (RFC 6242, 4.2)."""
        while True:
            start = self.buffer.find(b"#")
            end = self.buffer.find(b"\n", start)
            if 0 <= start < end:
                break
            if len(self.buffer) > HEADER_BYTES_MAX:
                raise EOFError  # not this framing: RFC 6242 ends the session
            self.fill()
        header = bytes(self.buffer[:end]).strip()
        del self.buffer[: end + 1]
        if header == b"##":
            return None
        if not header[1:].isdigit():
            raise EOFError
        return int(header[1:])


def operation(message):
    """The operation element of an rpc that could need the filter, None for anything else."""
    if b"validate" not in message and b"confirmed" not in message:
        return None
    import xml.etree.ElementTree as ElementTree

    try:
        rpc = ElementTree.fromstring(message)
    except ElementTree.ParseError:
        return None  # netconfd's to answer
    return rpc[0] if rpc.tag == BASE + "rpc" and len(rpc) == 1 else None


def is_validate_of_candidate(element):
    return element.tag == BASE + "validate" and element.find(f"{BASE}source/{BASE}candidate") is not None


def note_deadline(commit):
    if commit.find(BASE + "confirmed") is None:
        return
    text = (commit.findtext(BASE + "confirm-timeout") or "").strip()
    deadline = time.time() + (int(text) if text.isdecimal() else CONFIRM_TIMEOUT_SECONDS)
    open(f"{DEADLINES}/{deadline:.3f}", "w").close()


def wait_while_quiet():
    """Holds what comes just after a deadline, so that netconfd finds the second without input that it needs."""
    now = time.time()
    for name in os.listdir(DEADLINES):
        end = float(name) + QUIET_SECONDS
        if now >= end:
            try:
                os.unlink(f"{DEADLINES}/{name}")
            except FileNotFoundError:
                pass  # another session's filter was first
        elif now >= float(name):
            time.sleep(end - now)
            now = time.time()


def without_validate(message):
    """The same request, message-id and all, with an edit in the place of the validate."""
    import re

    start = re.search(rb"<((?:[\w.-]+:)?rpc)\b[^>]*>", message)
    return start[0] + VALIDATE_BY_EDIT + b"</" + start[1] + b">"


def send(server, data):
    while data:
        data = data[os.write(server, data) :]


def filter_requests(server):
    client = Client()
    hello = client.message()
    send(server, hello + END_OF_MESSAGE)
    client.chunked = b"urn:ietf:params:netconf:base:1.1" in hello
    time.sleep(AFTER_HELLO_SECONDS)
    while True:
        message = client.message()
        element = operation(message)
        if element is not None and is_validate_of_candidate(element):
            message = without_validate(message)
        wait_while_quiet()
        if element is not None and element.tag == BASE + "commit":
            note_deadline(element)
        send(server, b"\n#%d\n%b\n##\n" % (len(message), message) if client.chunked else message + END_OF_MESSAGE)


def main():
    wait_while_quiet()
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.close(reader)
        # replies do not pass through here; an open end of theirs would keep the channel from closing
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        try:
            filter_requests(writer)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            os._exit(0)
    # sshd's own child becomes netconf-subsystem, so that its end is the session's end; when the filter ends, it reads the end of input
    os.dup2(reader, 0)
    os.close(reader)
    os.close(writer)
    os.execv("/usr/sbin/netconf-subsystem", ["netconf-subsystem", "--ncxserver-sockname=" + sys.argv[1]])


main()
