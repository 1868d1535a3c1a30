"""Mails with classes, and pairs of sentences."""

import csv
import io
import shutil
import struct
import tarfile
import zipfile
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)  # the first time a zip can hold; archives of the same files are the same


def spam(out, package):
    """mail/GROUP/NAME.txt as the bytes the mails had (many encodings), and the same tree as spam.zip and spam.tar.gz."""
    files = sorted(path for path in (package / "data").glob("*/*.txt"))
    with zipfile.ZipFile(out / "spam.zip", "w") as zipped, tarfile.open(out / "spam.tar.gz", "w:gz", compresslevel=6) as tarred:
        for path in files:
            name = f"{path.parent.name}/{path.name}"
            content = path.read_bytes()
            target = out / "mail" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)
            zipped.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tarred.addfile(entry, io.BytesIO(content))


def en_de(out, gimp):
    """The catalogues as they are, and their messages in pairs.tsv: each plural form is a pair of its own."""
    catalogues = sorted((gimp / "usr/share/locale/de/LC_MESSAGES").glob("*.mo"))
    (out / "mo").mkdir()
    with open(out / "pairs.tsv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(["en", "de", "context", "catalogue"])
        for path in catalogues:
            shutil.copy(path, out / "mo")
            for source, target in messages(path):
                context, _, source = source.rpartition("\x04")
                forms = source.split("\0"), target.split("\0")
                writer.writerows([en, de, context, path.stem] for en, de in zip(*forms))


def messages(path: Path):
    """(msgid, msgstr) in the file's order, without the header. The format: gettext's manual, "The Format of GNU MO Files"."""
    content = path.read_bytes()
    magic, _, count, sources, targets = struct.unpack_from("<5I", content)
    if magic != 0x950412DE:
        raise ValueError(f"{path.name} is no little-endian .mo file")

    def text(table, i):
        length, offset = struct.unpack_from("<2I", content, table + 8 * i)
        return content[offset : offset + length].decode("utf-8")

    return [(text(sources, i), text(targets, i)) for i in range(count) if text(sources, i)]
