"""The tasks of tasks.ts by ncclient: ncclient-peer.py TARGET  reads one JSON task a line, answers with one JSON line."""
import json
import sys
import threading
import time

from ncclient import manager

TARGET = json.loads(sys.argv[1])
kept = None
held = []


def connect():
    session = manager.connect(host=TARGET['host'], port=TARGET['port'], username=TARGET['username'], key_filename=TARGET['keyFile'],
                              hostkey_verify=False, allow_agent=False, look_for_keys=False, timeout=600)
    # Without it libxml2 refuses replies of more than 10 MB.
    session.huge_tree = True
    return session


def timed(work):
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def connect_in_turn(count):
    total = 0.0
    for _ in range(count):
        started = time.perf_counter()
        session = connect()
        total += time.perf_counter() - started
        session.close_session()
    return total


def open_at_once(count, keep):
    opened, failed = [], []

    def one():
        try:
            session = connect()
            opened.append(session)
            session.discard_changes()
        except Exception as error:
            failed.append(error)

    def all_at_once(work, arguments):
        threads = [threading.Thread(target=work, args=each) for each in arguments]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    seconds = timed(lambda: all_at_once(one, [()] * count))
    if keep:
        held.extend(opened)
    else:
        all_at_once(lambda session: session.close_session(), [(session,) for session in opened])
    if failed:
        raise failed[0]
    return seconds


def concurrently(count, width):
    kept.async_mode = True
    try:
        for _ in range(count // width):
            for call in [kept.discard_changes() for _ in range(width)]:
                call.event.wait()
                if call.error is not None:
                    raise call.error
    finally:
        kept.async_mode = False


def get(task):
    if task['bytes'] == 0:
        reply = kept.get_config('running')
    else:
        reply = kept.get_config('running', ('subtree', '<size xmlns="urn:bench">%d %d</size>' % (task['bytes'], task['chunk'])))
    if task['as'] == 'tree':
        if len(reply.data_ele) == 0:
            raise ValueError('an empty tree')
    elif len(reply.xml) < task['bytes']:
        raise ValueError('%d of %d bytes' % (len(reply.xml), task['bytes']))


def run(task):
    global kept
    kind = task['kind']
    if kind == 'open':
        kept = connect()
        return 0
    if kind == 'connect':
        return connect_in_turn(task['count'])
    if kind == 'sessions':
        return open_at_once(task['count'], task['keep'])
    if kind == 'rpcs':
        return timed(lambda: [kept.discard_changes() for _ in range(task['count'])])
    if kind == 'concurrent':
        return timed(lambda: concurrently(task['count'], task['width']))
    if kind == 'get':
        return timed(lambda: get(task))
    raise ValueError('no task ' + kind)


for line in sys.stdin:
    try:
        answer = {'seconds': run(json.loads(line))}
    except Exception as error:
        answer = {'seconds': 0, 'error': '%s: %s' % (type(error).__name__, str(error)[:300])}
    print(json.dumps(answer), flush=True)
