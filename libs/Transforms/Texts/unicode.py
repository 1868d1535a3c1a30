"""Makes what text normalisation needs from the Unicode character database (Debian: unicode-data).

unicode.py FOLDER > Decompositions.txt
unicode.py FOLDER --golden > tests/Goldens/unicode.json   what NormalizationTest.txt[.bz2] expects, in short
"""

import bz2
import hashlib
import json
import sys
from pathlib import Path

HEADER = """\
# An extract of UnicodeData.txt and CompositionExclusions.txt of Unicode 15.0.0, made by unicode.py.
# Character, canonical combining class, and what it decomposes to: = canonically, ! canonically and never composed
# from that, ~ as a compatibility character.
#
# COPYRIGHT AND PERMISSION NOTICE
# Copyright (c) 1991-2022 Unicode, Inc. All rights reserved.
# Distributed under the Terms of Use in https://www.unicode.org/copyright.html.
# Permission is hereby granted, free of charge, to any person obtaining a copy of the Unicode data files and any
# associated documentation (the "Data Files") or Unicode software and any associated documentation (the "Software")
# to deal in the Data Files or Software without restriction, including without limitation the rights to use, copy,
# modify, merge, publish, distribute, and/or sell copies of the Data Files or Software, and to permit persons to whom
# the Data Files or Software are furnished to do so, provided that either (a) this copyright and permission notice
# appear with all copies of the Data Files or Software, or (b) this copyright and permission notice appear in
# associated Documentation.
# THE DATA FILES AND SOFTWARE ARE PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT
# LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT OF THIRD PARTY
# RIGHTS. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR HOLDERS INCLUDED IN THIS NOTICE BE LIABLE FOR ANY CLAIM, OR ANY
# SPECIAL INDIRECT OR CONSEQUENTIAL DAMAGES, OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS,
# WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE
# OR PERFORMANCE OF THE DATA FILES OR SOFTWARE.
# Except as contained in this notice, the name of a copyright holder shall not be used in advertising or otherwise to
# promote the sale, use or other dealings in these Data Files or Software without prior written authorization of the
# copyright holder.
"""


def extract(folder):
    excluded = {int(line.split()[0], 16) for line in lines(folder / "CompositionExclusions.txt")}
    print(HEADER, end="")
    for line in (folder / "UnicodeData.txt").read_text("utf-8").splitlines():
        code, _, _, combining, _, mapping, *_ = line.split(";")
        if mapping.startswith("<"):
            print(code, combining, "~", mapping.partition("> ")[2])
        elif mapping:
            print(code, combining, "!" if int(code, 16) in excluded else "=", mapping)
        elif combining != "0":
            print(code, combining)


def golden(folder):
    """Every character by itself (part 1 lists those that change) as a hash, and every 20th of the other tests in full."""
    tests, part = {}, 0
    for line in lines(folder / "NormalizationTest.txt"):
        if line.startswith("@Part"):
            part = int(line[5])
        else:
            tests.setdefault(part, []).append(["".join(chr(int(code, 16)) for code in field.split()) for field in line.split(";")[:5]])
    single = {test[0]: test for test in tests[1]} | {test[0]: test for test in tests[0] if len(test[0]) == 1}
    hashes = {}
    for name, column in (("nfc", 1), ("nfd", 2), ("nfkc", 3), ("nfkd", 4)):
        text = "\n".join(single.get(chr(code), [chr(code)] * 5)[column] for code in range(0x110000) if not 0xD800 <= code < 0xE000)
        hashes[name] = hashlib.sha256(text.encode("utf-8")).hexdigest()
    others = tests[0] + [test for part in sorted(tests) if part > 1 for test in tests[part][::20]]
    print('{\n  "source": "NormalizationTest.txt of Unicode 15.0.0, by libs/Transforms/Texts/unicode.py: source, NFC, NFD, NFKC, NFKD; a hash is over all characters one by one, a line each",')
    print(f'  "characters": {json.dumps(hashes)},\n  "tests": [')
    print(",\n".join("    " + json.dumps(test) for test in others))
    print("  ]\n}")


def lines(path):
    text = path.read_text("utf-8") if path.exists() else bz2.decompress(path.with_name(path.name + ".bz2").read_bytes()).decode("utf-8")
    return [line for line in (line.partition("#")[0].strip() for line in text.splitlines()) if line]


if __name__ == "__main__":
    (golden if "--golden" in sys.argv else extract)(Path(sys.argv[1]))
