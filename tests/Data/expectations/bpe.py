"""Byte-pair encoding (Sennrich, Haddow and Birch 2016) over bytes, as the pipelines' tokenize does it by default."""

import heapq
import re
import unicodedata
from collections import Counter, defaultdict

LONGEST = 256  # UTF-16 code units of a word, which are characters here: no text of the data sets has one above U+FFFF
WORDS = re.compile(rf" ?L{{1,{LONGEST}}}| ?D{{1,{LONGEST}}}| ?O{{1,{LONGEST}}}| +")


def alphabet():
    """GPT-2's: a character that can be seen for each byte."""
    seen = {*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(0x100, 0x200))
    return [chr(byte) if byte in seen else chr(next(others)) for byte in range(256)]


ALPHABET = alphabet()


def kind(character):
    if character == " ":
        return " "
    category = unicodedata.category(character)[0]
    return "L" if category in "LM" else "D" if category == "N" else "O"


def words(text):
    """Runs of letters, digits or anything else, each with the space before it. The text has no other white space."""
    kinds = "".join(map(kind, text))
    return [text[match.start() : match.end()] for match in WORDS.finditer(kinds)]


def spelled(word):
    return tuple(ALPHABET[byte] for byte in word.encode())


def joined(symbols, left, right):
    result, i = [], 0
    while i < len(symbols):
        both = i + 1 < len(symbols) and symbols[i] == left and symbols[i + 1] == right
        result.append(left + right if both else symbols[i])
        i += 2 if both else 1
    return tuple(result)


def train(texts, size):
    """
    Tokens in the order of ids, and merges. The most frequent pair is joined next; of equals the one whose left token, then
    whose right one comes first. No pair that is there only once.
    """
    counted = Counter(spelled(word) for text in texts for word in words(text))
    spellings, numbers = map(list, zip(*counted.items()))
    pairs, places = Counter(), defaultdict(set)
    for i, symbols in enumerate(spellings):
        for pair in zip(symbols, symbols[1:]):
            pairs[pair] += numbers[i]
            places[pair].add(i)
    heap = [(-count, *pair) for pair, count in pairs.items()]
    heapq.heapify(heap)
    tokens, merges = sorted(ALPHABET), []
    known = set(tokens)
    while len(tokens) < size and heap:
        count, left, right = heapq.heappop(heap)
        if -count != pairs[left, right] or -count < 2:
            continue
        merges.append((left, right))
        if left + right not in known:
            known.add(left + right)
            tokens.append(left + right)
        changed = set()
        for i in places.pop((left, right)):
            old, new = spellings[i], joined(spellings[i], left, right)
            for pair in zip(old, old[1:]):
                pairs[pair] -= numbers[i]
                changed.add(pair)
            for pair in zip(new, new[1:]):
                pairs[pair] += numbers[i]
                places[pair].add(i)
                changed.add(pair)
            spellings[i] = new
        for pair in changed:
            if pairs[pair] > 0:
                heapq.heappush(heap, (-pairs[pair], *pair))
    return tokens, list(dict.fromkeys(merges))


class Encoder:
    def __init__(self, tokens, merges, first):
        self.ids = {token: first + i for i, token in enumerate(tokens)}
        self.ranks = {merge: i for i, merge in enumerate(merges)}
        self.seen = {}

    def word(self, word):
        if word not in self.seen:
            symbols = spelled(word)
            while len(symbols) > 1:
                best = min(zip(symbols, symbols[1:]), key=lambda pair: self.ranks.get(pair, len(self.ranks)))
                if best not in self.ranks:
                    break
                symbols = joined(symbols, *best)
            self.seen[word] = [self.ids[symbol] for symbol in symbols]
        return self.seen[word]

    def text(self, text, enough):
        ids = []
        for word in words(text):
            ids += self.word(word)
            if len(ids) >= enough:
                break
        return ids[:enough]
