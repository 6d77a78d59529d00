"""Work that is shared among processes."""
import multiprocessing
import queue

import office


def shared(number, work, arguments):
    """What `number` processes say that each call work(*arguments, which of them, say), as it comes; last the (name, exit status) of those
    that did not come to their end."""
    out = multiprocessing.Queue()

    def one(which):
        try:
            work(*arguments, which, out.put)
            out.put(None)
        finally:
            office.end_all()

    processes = [multiprocessing.get_context("fork").Process(target=one, args=(n,), daemon=True) for n in range(number)]
    for p in processes:
        p.start()
    running = number
    while running > 0:
        try:
            said = out.get(timeout=5)
        except queue.Empty:
            broken = [("job %d" % n, p.exitcode) for n, p in enumerate(processes) if p.exitcode not in (None, 0)]
            if broken:
                yield from broken
                return
            continue
        if said is None:
            running -= 1
        else:
            yield said
