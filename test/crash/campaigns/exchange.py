# Exchanges two names of the file system as fast as it can, again and again, until its stdin ends; then they are as they were.
# usage: exchange.py A B [A B]...; prints how often it exchanged each pair.
import ctypes, os, select, sys

libc = ctypes.CDLL(None, use_errno=True)
AT_FDCWD, RENAME_EXCHANGE = -100, 2
names = [name.encode() for name in sys.argv[1:]]
pairs = list(zip(names[::2], names[1::2]))


def exchange(one, other):
    return libc.renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE) == 0


done = [0] * len(pairs)
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 0)[0]:
    for index, (one, other) in enumerate(pairs):
        for _ in range(7):
            if exchange(one, other):
                done[index] += 1
for index, (one, other) in enumerate(pairs):
    if done[index] % 2 == 1 and exchange(one, other):
        done[index] += 1
print(sum(done), flush=True)
