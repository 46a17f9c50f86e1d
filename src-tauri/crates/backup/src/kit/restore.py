#!/usr/bin/env python3
"""Finishes what tar unpacked from one archive of Caretaker: changed pages of databases, and rights and times of unchanged files.
Usage: restore.py FOLDER (restore.sh calls it), or restore.py --pages OLDER-COPY PAGE-SET RESULT."""
import hashlib, os, struct, sys


def apply_pages(base, page_set, result):
    """Puts changed pages over an older copy; the result has the hash that the set names, or there is none."""
    with open(base, "rb") as old, open(page_set, "rb") as new, open(result, "wb") as out:
        magic, page, size, changed, _, digest = struct.unpack("<8sIQQ32s32s", new.read(92))
        if magic != b"CTPAGES1":
            sys.exit(f"restore.py: {page_set} is no page set")
        pages = -(-size // page)
        bits = new.read(-(-pages // 8))
        check = hashlib.sha256()
        for number in range(pages):
            length = min(page, size - number * page)
            if bits[number // 8] >> number % 8 & 1:
                content = new.read(length)
            else:
                old.seek(number * page)
                content = old.read(length)
            check.update(content)
            out.write(content)
    if check.digest() != digest:
        os.unlink(result)
        sys.exit(f"restore.py: {base} is not the copy that {page_set} belongs to, or one of them is damaged")


def digest_of(path):
    check = hashlib.sha256()
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            check.update(piece)
    return check.digest()


def inside(root, path):
    """Where a listed path is, if it stays below the folder and no link leads it away."""
    parts = path.split(b"/")
    if any(part in (b"", b".", b"..") for part in parts):
        sys.exit(f"restore.py: a list names {path!r}")
    for count in range(1, len(parts)):
        if os.path.islink(os.path.join(root, *parts[:count])):
            sys.exit(f"restore.py: a link leads {path!r} away")
    return os.path.join(root, *parts)


def finish_pages(root):
    sets = os.path.join(root, b".caretaker", b"pages")
    for folder, _, names in os.walk(sets):
        for name in names:
            page_set = os.path.join(folder, name)
            path = os.path.relpath(page_set, sets)[: -len(b".ctpages")]
            place = inside(root, path)
            older = os.path.join(root, b".caretaker", b"copies", path)
            with open(page_set, "rb") as file:
                wanted = file.read(60)[28:60]
            kept, parent = os.stat(page_set), os.path.dirname(place)
            times = os.stat(parent)
            # A later set belongs to the same whole copy, which is kept until the end.
            if not (os.path.exists(older) and digest_of(older) == wanted):
                os.makedirs(os.path.dirname(older), exist_ok=True)
                os.replace(place, older)
            if os.path.exists(place):
                os.unlink(place)
            apply_pages(older, page_set, place)
            if os.geteuid() == 0:
                os.chown(place, kept.st_uid, kept.st_gid)
            os.chmod(place, kept.st_mode & 0o7777)
            os.utime(place, ns=(kept.st_mtime_ns, kept.st_mtime_ns))
            os.utime(parent, ns=(times.st_atime_ns, times.st_mtime_ns))


def finish_records(root):
    try:
        with open(os.path.join(root, b".caretaker", b"metadata0"), "rb") as file:
            fields = file.read().split(b"\0")
    except FileNotFoundError:
        return
    for at in range(0, len(fields) - 4, 5):
        mode, uid, gid, time, path = fields[at : at + 5]
        place = inside(root, path)
        if os.path.islink(place) or not os.path.isfile(place):
            continue
        if os.geteuid() == 0:
            os.chown(place, int(uid), int(gid))
        os.chmod(place, int(mode, 8) & 0o7777)
        seconds, _, fraction = time.decode().lstrip("-").partition(".")
        nanoseconds = int(seconds) * 10**9 + int(fraction.ljust(9, "0"))
        nanoseconds = -nanoseconds if time.startswith(b"-") else nanoseconds
        os.utime(place, ns=(nanoseconds, nanoseconds))


if len(sys.argv) == 5 and sys.argv[1] == "--pages":
    apply_pages(*sys.argv[2:])
elif len(sys.argv) == 2:
    finish_pages(os.fsencode(sys.argv[1]))
    finish_records(os.fsencode(sys.argv[1]))
else:
    sys.exit(__doc__)
