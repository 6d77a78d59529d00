#!/usr/bin/env python3
"""A link that misbehaves: takes connections at LISTEN and hands their bytes to TARGET and back, as a file says.
       chaos_proxy.py LISTEN TARGET MODE-FILE SEED          HOST:PORT each
The file has one word, read before each piece: pass; delay (each piece waits up to 200 ms); cut (connections end, new ones too); hole (all is swallowed);
up, down (only what goes to the target, or comes back, is swallowed); corrupt (a byte of every tenth piece is another); drop (every twentieth piece is missing)."""
import asyncio
import random
import sys

PIECE = 65536


def mode():
    try:
        with open(FILE) as f:
            return f.read().strip() or "pass"
    except OSError:
        return "pass"


def spoil(data, how):
    if how == "corrupt" and dice.random() < 0.1:
        at = dice.randrange(len(data))
        return data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1:]
    return b"" if how == "drop" and dice.random() < 0.05 else data


async def pump(reader, writer, swallows):
    while data := await reader.read(PIECE):
        how = mode()
        if how == "cut":
            break
        if how in swallows:
            continue
        if how == "delay":
            await asyncio.sleep(dice.random() * 0.2)
        data = spoil(data, how)
        writer.write(data)
        await writer.drain()


async def watch():
    while mode() != "cut":
        await asyncio.sleep(0.1)


async def connected(reader, writer):
    tasks, other = [], None
    try:
        if mode() == "cut":
            return
        other_reader, other = await asyncio.open_connection(*TARGET)
        tasks = [asyncio.ensure_future(t) for t in (pump(reader, other, ("hole", "up")), pump(other_reader, writer, ("hole", "down")), watch())]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    except OSError:
        pass
    finally:
        for t in tasks:
            t.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for w in (writer, other):
            if w is not None:
                w.close()


def address(text):
    host, port = text.rsplit(":", 1)
    return host, int(port)


async def main():
    server = await asyncio.start_server(connected, *address(sys.argv[1]))
    async with server:
        await server.serve_forever()


TARGET, FILE, dice = address(sys.argv[2]), sys.argv[3], random.Random(sys.argv[4])
asyncio.run(main())
