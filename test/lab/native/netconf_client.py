"""A client of a router's NETCONF, by ssh: netconf_client.py ROUTER ADDRESS OPERATION..., each the content of one <rpc>, in one session.

Prints the replies, one a line; status 1 at the first that holds an rpc-error, which is the last.
"""

import subprocess
import sys

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
END_OF_MESSAGE = b"]]>]]>"


def receive(session):
    message = bytearray()
    while not message.endswith(END_OF_MESSAGE):
        byte = session.stdout.read(1)
        if not byte:
            sys.exit("the router ended the session")
        message += byte
    return message[: -len(END_OF_MESSAGE)].decode()


def send(session, text):
    session.stdin.write(text.encode() + END_OF_MESSAGE)
    session.stdin.flush()


def main():
    router, address, *operations = sys.argv[1:]
    options = [f"HostKeyAlias={router}", "UserKnownHostsFile=/keys/known_hosts", "StrictHostKeyChecking=yes", "ConnectTimeout=5", "LogLevel=ERROR"]
    command = ["ssh", "-p", "830", "-i", "/keys/id_ed25519", *(f"-o{option}" for option in options), "-s", f"root@{address}", "netconf"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as session:
        receive(session)
        send(session, f'<hello xmlns="{BASE}"><capabilities><capability>{BASE.replace(":xml:ns:netconf:base:", ":netconf:base:")}</capability></capabilities></hello>')
        for number, operation in enumerate([*operations, "<close-session/>"], 1):
            send(session, f'<rpc xmlns="{BASE}" message-id="{number}">{operation}</rpc>')
            reply = receive(session)
            print(" ".join(reply.split()))
            if "rpc-error>" in reply:
                session.kill()
                sys.exit(1)


main()
