-- Threads of comments: on a cell, whatever its language (section/row/field), or on the sheet as a whole (an empty address).
-- A thread says where it stood: the criteria set and the revision of the common text at that time.
CREATE TABLE threads (
    id TEXT PRIMARY KEY,
    service TEXT NOT NULL REFERENCES services (id),
    layer TEXT NOT NULL,
    address TEXT NOT NULL,
    criteria TEXT NOT NULL,
    revision BIGINT NOT NULL,
    person TEXT,
    author TEXT NOT NULL,
    opened_at TIMESTAMPTZ NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    resolved_at TIMESTAMPTZ,
    resolved_by TEXT NOT NULL DEFAULT ''
);
CREATE INDEX threads_sheet ON threads (service, layer, address);

-- A deleted comment is a tombstone: its words and its earlier texts are gone, its place stays.
CREATE TABLE comments (
    id TEXT PRIMARY KEY,
    thread TEXT NOT NULL REFERENCES threads (id),
    ord BIGINT NOT NULL,
    person TEXT,
    author TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    text TEXT NOT NULL,
    edited_at TIMESTAMPTZ,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT NOT NULL DEFAULT '',
    UNIQUE (thread, ord)
);
CREATE INDEX comments_person ON comments (person, thread);

CREATE TABLE comment_versions (
    comment TEXT NOT NULL REFERENCES comments (id),
    ord BIGINT NOT NULL,
    text TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (comment, ord)
);

-- Whom a comment names, as it was written: the name stays readable when the person has left.
CREATE TABLE mentions (
    comment TEXT NOT NULL REFERENCES comments (id),
    handle TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES people (id),
    name TEXT NOT NULL,
    PRIMARY KEY (comment, handle)
);

-- Counts the changes of what is said about a sheet in a layer, so that the search index can follow.
CREATE TABLE talk_heads (
    service TEXT NOT NULL,
    layer TEXT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (service, layer)
);

-- What was said to somebody. The layer stands here too, so that counting what is unread reads one table.
CREATE TABLE notices (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    kind TEXT NOT NULL,
    comment TEXT NOT NULL REFERENCES comments (id),
    thread TEXT NOT NULL REFERENCES threads (id),
    layer TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    read_at TIMESTAMPTZ,
    mailed_at TIMESTAMPTZ,
    UNIQUE (person, comment)
);
CREATE INDEX notices_person ON notices (person, read_at, at);

-- What else the inbox shows and its reader has seen, by the item's key.
CREATE TABLE inbox_reads (
    person TEXT NOT NULL REFERENCES people (id),
    item TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (person, item)
);

-- How often somebody wants mail, and in which language. No row: never.
CREATE TABLE mail_settings (
    person TEXT PRIMARY KEY REFERENCES people (id),
    often TEXT NOT NULL,
    lang TEXT NOT NULL
);

-- Mail that is to be sent. What it says is gathered when it is sent; until then it waits here, whatever the mail server does.
CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    made_at TIMESTAMPTZ NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    claimed_until TIMESTAMPTZ,
    done_at TIMESTAMPTZ,
    outcome TEXT NOT NULL DEFAULT ''
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE done_at IS NULL;
CREATE INDEX outbox_person ON outbox (person) WHERE done_at IS NULL;
