"""SSH subsystem that answers NETCONF at once and does nothing else: what is measured is the client.

byte-server.py 1.0|1.1      a get-config with <size xmlns="urn:bench">BYTES CHUNK</size> in its filter is answered with that much data
"""
import os, re, sys

V11 = sys.argv[1] == '1.1'
BASES = ['1.0', '1.1'] if V11 else ['1.0']
CAPS = ''.join('<capability>urn:ietf:params:netconf:base:%s</capability>' % b for b in BASES)
for name in ('candidate:1.0', 'writable-running:1.0', 'validate:1.1', 'confirmed-commit:1.1'):
    CAPS += '<capability>urn:ietf:params:netconf:capability:%s</capability>' % name
HELLO = '<hello xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><capabilities>%s</capabilities><session-id>%d</session-id></hello>]]>]]>'
ENTRY = b'<vrf><name>VPN-%05d</name><rd>65000:12345</rd><import-rt>65000:12345</import-rt><description>branch to branch</description></vrf>\n'
BLOCK = b''.join(ENTRY % n for n in range(2000))


def write(data):
    view = memoryview(data)
    while view:
        view = view[os.write(1, view):]


def reply(head, body, tail, chunk):
    message = head + body + tail
    if not V11:
        write(message + b']]>]]>')
    elif chunk == 0:
        write(b'\n#%d\n' % len(message) + message + b'\n##\n')
    else:
        pieces = [message[i:i + chunk] for i in range(0, len(message), chunk)]
        write(b''.join(b'\n#%d\n' % len(p) + p for p in pieces) + b'\n##\n')


write((HELLO % (CAPS, os.getpid())).encode())
buffer = b''
while b']]>]]>' not in buffer:
    buffer += os.read(0, 65536)
buffer = buffer.split(b']]>]]>', 1)[1]
END = b'\n##\n' if V11 else b']]>]]>'
while True:
    while END not in buffer:
        got = os.read(0, 65536)
        if not got:
            sys.exit(0)
        buffer += got
    message, buffer = buffer.split(END, 1)
    ident = re.search(rb'message-id="([^"]+)"', message).group(1)
    head = b'<rpc-reply xmlns="urn:ietf:params:xml:ns:netconf:base:1.0" message-id="%s">' % ident
    size = re.search(rb'<(?:\w+:)?size[^>]*>(\d+) (\d+)<', message)
    if size:
        want, chunk = int(size.group(1)), int(size.group(2))
        body = (BLOCK * (want // len(BLOCK) + 1))[:want]
        body = body[:body.rfind(b'</vrf>') + 6]
        reply(head + b'<data><vrfs xmlns="urn:bench">', body, b'</vrfs></data></rpc-reply>', chunk)
    else:
        reply(head, b'<ok/>', b'</rpc-reply>', 0)
        if b'close-session' in message:
            sys.exit(0)
