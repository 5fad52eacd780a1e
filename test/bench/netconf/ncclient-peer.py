"""The same work by ncclient: ncclient-peer.py HOST PORT USER KEYFILE  reads one JSON task a line, answers seconds a line."""
import json, sys, threading, time
from ncclient import manager

HOST, PORT, USER, KEY = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]


def connect():
    return manager.connect(host=HOST, port=PORT, username=USER, key_filename=KEY, hostkey_verify=False,
                           allow_agent=False, look_for_keys=False, timeout=300)


def filter_of(size, chunk):
    return ('subtree', '<size xmlns="urn:bench">%d %d</size>' % (size, chunk))


def run(task):
    kind = task['kind']
    if kind == 'connect':
        started = time.perf_counter()
        connect().close_session()
        return time.perf_counter() - started
    if kind == 'sessions':
        started = time.perf_counter()
        def one():
            session = connect()
            session.discard_changes()
            session.close_session()
        threads = [threading.Thread(target=one) for _ in range(task['count'])]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        return time.perf_counter() - started
    session = connect()
    try:
        started = time.perf_counter()
        if kind == 'rpcs':
            for _ in range(task['count']):
                session.discard_changes()
        elif kind == 'concurrent':
            session.async_mode = True
            left = task['count']
            while left > 0:
                calls = [session.discard_changes() for _ in range(8)]
                for call in calls:
                    call.event.wait()
                left -= 8
            session.async_mode = False
        elif kind == 'get':
            reply = session.get_config('running', filter_of(task['size'], task['chunk']))
            assert len(reply.data_xml) >= task['size'] * 0.99
        return time.perf_counter() - started
    finally:
        session.close_session()


for line in sys.stdin:
    print(json.dumps(run(json.loads(line))), flush=True)
