-- An institution's own templates of its approval workbook. A version's bytes never change; a retired one is kept, so that
-- what was filled with it can be told.
CREATE TABLE templates (
    id TEXT PRIMARY KEY,
    layer TEXT NOT NULL,
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    file_name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    content BYTEA NOT NULL,
    note TEXT NOT NULL,
    added_by TEXT REFERENCES people (id),
    added_name TEXT NOT NULL,
    added_at TIMESTAMPTZ NOT NULL,
    retired_name TEXT NOT NULL,
    retired_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX templates_version ON templates (layer, name, version);
