"""The tasks of tasks.ts by scrapli-netconf over asyncssh: scrapli-peer.py TARGET  reads one JSON task a line, answers with one JSON line.

asyncssh is the fastest of its transports here: over ssh2-python every small rpc waits 40 ms (two writes, Nagle's algorithm and a delayed
acknowledgement), and large replies take as long.
"""
import asyncio
import json
import sys
import time

from scrapli_netconf.driver import AsyncNetconfDriver

TARGET = json.loads(sys.argv[1])
kept = None


async def connect():
    session = AsyncNetconfDriver(host=TARGET['host'], port=TARGET['port'], auth_username=TARGET['username'],
                                 auth_private_key=TARGET['keyFile'], auth_strict_key=False, transport='asyncssh',
                                 # The second pass that takes namespaces out is asked for by nobody here.
                                 strip_namespaces=False, timeout_socket=600, timeout_transport=600, timeout_ops=600)
    await session.open()
    return session


def checked(reply):
    if reply.failed:
        raise ValueError('refused: %s' % reply.result[:200])
    return reply


async def connect_in_turn(count):
    total = 0.0
    for _ in range(count):
        started = time.perf_counter()
        session = await connect()
        total += time.perf_counter() - started
        await session.close()
    return total


async def open_at_once(count, keep):
    opened = []

    async def one():
        session = await connect()
        opened.append(session)
        checked(await session.discard())

    started = time.perf_counter()
    await asyncio.gather(*[one() for _ in range(count)])
    seconds = time.perf_counter() - started
    if keep:
        held.extend(opened)
    else:
        await asyncio.gather(*[session.close() for session in opened])
    return seconds


held = []


async def small_rpcs(count):
    for _ in range(count):
        checked(await kept.discard())


async def get(task):
    if task['bytes'] == 0:
        reply = checked(await kept.get_config(source='running'))
    else:
        size = '<size xmlns="urn:bench">%d %d</size>' % (task['bytes'], task['chunk'])
        reply = checked(await kept.get_config(source='running', filter_=size))
    if task['as'] == 'tree':
        if len(reply.xml_result) == 0:
            raise ValueError('an empty tree')
    elif len(reply.result) < task['bytes']:
        raise ValueError('%d of %d bytes' % (len(reply.result), task['bytes']))


async def timed(work):
    started = time.perf_counter()
    await work
    return time.perf_counter() - started


async def run(task):
    global kept
    kind = task['kind']
    if kind == 'open':
        kept = await connect()
        return 0
    if kind == 'connect':
        return await connect_in_turn(task['count'])
    if kind == 'sessions':
        return await open_at_once(task['count'], task['keep'])
    # It has no rpcs at once on a session: they go one after the other.
    if kind in ('rpcs', 'concurrent'):
        return await timed(small_rpcs(task['count']))
    if kind == 'get':
        return await timed(get(task))
    raise ValueError('no task ' + kind)


async def main():
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        try:
            answer = {'seconds': await run(json.loads(line))}
        except Exception as error:
            answer = {'seconds': 0, 'error': '%s: %s' % (type(error).__name__, str(error)[:300])}
        print(json.dumps(answer), flush=True)


asyncio.run(main())
