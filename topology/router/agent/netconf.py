"""A NETCONF session on the router itself: netconf-subsystem by pipes, which is what sshd would run. Framing of base:1.0."""

import os
import select
import subprocess
import time
import xml.etree.ElementTree as ElementTree

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
NOTIFICATIONS = "urn:ietf:params:xml:ns:netconf:notification:1.0"
VRFS = "urn:wasl:frr:l3vpn"
END_OF_MESSAGE = b"]]>]]>"
REPLY_SECONDS = 20
MESSAGE_BYTES_MAX = 64 * 1024 * 1024


class Session:
    def __init__(self):
        self.process = subprocess.Popen(
            ["/usr/sbin/netconf-subsystem", "--ncxserver-sockname=830@/run/ncxserver.sock"],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # netconf-subsystem wants to know what sshd would tell it
            env={**os.environ, "USER": "root", "SSH_CONNECTION": "127.0.0.1 1 127.0.0.1 830"},
        )
        self.buffer = bytearray()
        self.events = []
        self.message_id = 0
        self.receive(REPLY_SECONDS)
        self.send(f'<hello xmlns="{BASE}"><capabilities><capability>urn:ietf:params:netconf:base:1.0</capability></capabilities></hello>')
        time.sleep(0.3)  # netconfd leaves a request unread that comes in one read with the hello

    def close(self):
        self.process.kill()
        self.process.wait()

    def subscribe(self):
        self.rpc(f'<create-subscription xmlns="{NOTIFICATIONS}"/>')

    def running_vrfs(self):
        return self.rpc(
            f'<get-config><source><running/></source><filter type="subtree"><vrfs xmlns="{VRFS}"/></filter></get-config>'
        )

    def next_event(self, timeout_seconds):
        """The next notification, or None when none came in time."""
        return self.events.pop(0) if self.events else self.receive(timeout_seconds)

    def rpc(self, body):
        self.message_id += 1
        self.send(f'<rpc xmlns="{BASE}" message-id="{self.message_id}">{body}</rpc>')
        while True:
            message = self.receive(REPLY_SECONDS)
            if message is None:
                raise TimeoutError(f"no reply to {body}")
            if message.tag != f"{{{BASE}}}rpc-reply":
                self.events.append(message)
            elif message.find(f"{{{BASE}}}rpc-error") is not None:
                raise RuntimeError(ElementTree.tostring(message, encoding="unicode"))
            else:
                return message

    def send(self, text):
        self.process.stdin.write(text.encode() + END_OF_MESSAGE)

    def receive(self, timeout_seconds):
        end = time.monotonic() + timeout_seconds
        while END_OF_MESSAGE not in self.buffer:
            if not select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))[0]:
                return None
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data or len(self.buffer) > MESSAGE_BYTES_MAX:
                raise EOFError("netconfd ended the session")
            self.buffer += data
        message, _, self.buffer = self.buffer.partition(END_OF_MESSAGE)
        return ElementTree.fromstring(bytes(message))
