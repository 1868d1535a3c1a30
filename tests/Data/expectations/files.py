"""What is on disk."""

import hashlib

MANY = 20  # a folder with more files is one line
# Compressed by libraries whose output differs between versions, so only the number of bytes is kept, and only roughly the same.
COMPRESSED = {".gz", ".zip", ".jpg"}


def contents(folder):
    """The files and the large folders of a set, with their bytes and, where the maker gives the same bytes everywhere, their SHA-256."""
    files, folders = {}, {}
    for parent in sorted([folder, *(path for path in folder.rglob("*") if path.is_dir())]):
        inside = sorted(path for path in parent.iterdir() if path.is_file())
        name = parent.relative_to(folder).as_posix()
        if len(inside) > MANY:
            folders[name] = {"files": len(inside), **size(sum(path.stat().st_size for path in inside), inside, lines(inside))}
        else:
            for path in inside:
                files[path.relative_to(folder).as_posix()] = size(path.stat().st_size, [path], path.read_bytes())
    return {"files": files, "folders": folders} if folders else {"files": files}


def lines(paths):
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in paths).encode()


def size(count, paths, content):
    # Fashion-MNIST's .gz are as they were published.
    made = paths[0].suffix in COMPRESSED and "ubyte" not in paths[0].name
    return {"bytes": count} if made else {"bytes": count, "sha256": hashlib.sha256(content).hexdigest()}
