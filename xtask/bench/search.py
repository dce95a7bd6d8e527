"""SQLite's FTS5 (trigram) and a plain LIKE over the same cells, for comparing.

judge DB FILE: for each judged query the recall at ten, reciprocal rank and whether anything was found, for both.
speed DB: seconds of building the FTS5 table, its bytes, and median and p99 seconds of queries, 20 hits each.
"""

import sqlite3
import statistics
import sys
import time

CELLS = "SELECT service, row_id, field, value FROM cells WHERE layer = 'shared' AND field <> 'order'"


def table(db):
    """The cells of a data folder in an FTS5 table of this process."""
    source = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    memory = sqlite3.connect(":memory:")
    memory.execute("CREATE VIRTUAL TABLE t USING fts5(service UNINDEXED, row UNINDEXED, field UNINDEXED, text, tokenize = 'trigram')")
    start = time.perf_counter()
    with memory:
        memory.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", source.execute(CELLS))
    return memory, time.perf_counter() - start


def escaped(word):
    for special in "\\%_":
        word = word.replace(special, "\\" + special)
    return f"%{word}%"


def words_of(text):
    return [w.strip('"「」') for w in text.replace("　", " ").split() if w.strip('"「」')]


def fts(memory, text, limit):
    """All words, then any; words of one or two characters, which trigrams do not hold, by LIKE."""
    words = words_of(text)
    long = ['"' + w.replace('"', '""') + '"' for w in words if len(w) >= 3]
    short = [w for w in words if len(w) < 3]
    likes = "".join(" AND text LIKE ? ESCAPE '\\'" for _ in short)
    binds = [escaped(w) for w in short]
    if not long:
        if not short:
            return []
        return memory.execute(f"SELECT service, row, field FROM t WHERE 1 = 1{likes} LIMIT {limit}", binds).fetchall()
    select = f"SELECT service, row, field FROM t WHERE t MATCH ?"
    order = f" ORDER BY rank LIMIT {limit}"
    found = memory.execute(select + likes + order, [" AND ".join(long), *binds]).fetchall()
    return found or memory.execute(select + order, [" OR ".join(long)]).fetchall()


def like(memory, text, limit):
    """All words, in the order of the table."""
    words = words_of(text)
    if not words:
        return []
    where = " AND ".join("text LIKE ? ESCAPE '\\'" for _ in words)
    select = f"SELECT service, row, field FROM t WHERE {where} LIMIT {limit}"
    return memory.execute(select, [escaped(w) for w in words]).fetchall()


def judge(db, file):
    memory, _ = table(db)
    for line in open(file, encoding="utf-8"):
        if line.startswith("#"):
            continue
        kind, text, cells = line.rstrip("\n").split("\t")
        wanted = []
        for cell in cells.split(" "):
            service, rest = cell.split(":", 1)
            row, field = rest.rsplit(".", 1)
            wanted.append((service, row, field))
        out = [kind, text]
        for search in (fts, like):
            found = search(memory, text, 20)
            # The two languages of a cell are one place.
            places = list(dict.fromkeys(found))[:10]
            fits = lambda w, p: w[:2] == p[:2] and w[2] in ("*", p[2])
            hits = sum(any(fits(w, p) for p in places) for w in wanted)
            first = next((n for n, p in enumerate(places) if any(fits(w, p) for w in wanted)), None)
            out += [hits / min(len(wanted), 10), 0 if first is None else 1 / (first + 1), int(bool(found))]
        print("\t".join(map(str, out)))


def speed(db, queries):
    memory, built = table(db)
    size = memory.execute("SELECT SUM(LENGTH(block)) FROM t_data").fetchone()[0]
    text = memory.execute("SELECT SUM(LENGTH(CAST(text AS BLOB))) FROM t").fetchone()[0]
    print(f"built\t{built}\t{size}\t{text}")
    every = []
    for query in queries:
        seconds = []
        for _ in range(5):
            start = time.perf_counter()
            fts(memory, query, 20)
            seconds.append(time.perf_counter() - start)
        every += seconds
        print(f"query\t{statistics.median(seconds)}\t{query}")
    every.sort()
    print(f"search\t{statistics.median(every)}\t{every[int(len(every) * 0.99) - 1]}")


if __name__ == "__main__":
    if sys.argv[1] == "judge":
        judge(sys.argv[2], sys.argv[3])
    else:
        speed(sys.argv[2], sys.stdin.read().splitlines())
