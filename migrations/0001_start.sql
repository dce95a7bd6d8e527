-- One set for SQLite and PostgreSQL. SQLite takes any type name; PostgreSQL checks them.

CREATE TABLE institutions (
    id TEXT PRIMARY KEY,
    name_ja TEXT NOT NULL,
    name_en TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE people (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password TEXT,
    active BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

-- institution is '' for roles over the installation.
CREATE TABLE roles (
    person TEXT NOT NULL REFERENCES people (id),
    institution TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (person, institution, role)
);

CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    created_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE sign_in_links (
    token_hash TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);

-- Failed sign-ins by address and by origin, to slow the next one down.
CREATE TABLE sign_in_attempts (
    subject TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX sign_in_attempts_subject ON sign_in_attempts (subject, at);

-- Records that are not cells: people, roles, settings.
CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL,
    layer TEXT NOT NULL,
    person TEXT,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX audit_layer ON audit (layer, at);

CREATE TABLE criteria_sets (
    name TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE crosswalks (
    from_set TEXT NOT NULL,
    to_set TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (from_set, to_set)
);

-- What lists and filters need of a service; written together with its facts.
CREATE TABLE services (
    id TEXT PRIMARY KEY,
    name_ja TEXT NOT NULL,
    name_en TEXT NOT NULL,
    abbreviation TEXT NOT NULL,
    provider TEXT NOT NULL,
    group_ja TEXT NOT NULL,
    group_en TEXT NOT NULL
);

-- The newest revision of each (sheet, layer). Its row is the lock under which numbers are taken.
CREATE TABLE heads (
    service TEXT NOT NULL REFERENCES services (id),
    layer TEXT NOT NULL,
    number BIGINT NOT NULL,
    hash TEXT NOT NULL,
    criteria TEXT NOT NULL,
    answered BIGINT NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    changed_by TEXT NOT NULL,
    PRIMARY KEY (service, layer)
);
CREATE INDEX heads_changed ON heads (layer, changed_at);

CREATE TABLE change_sets (
    id TEXT PRIMARY KEY,
    service TEXT NOT NULL,
    layer TEXT NOT NULL,
    number BIGINT NOT NULL,
    base BIGINT NOT NULL,
    person TEXT,
    author TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    reason TEXT NOT NULL,
    door TEXT NOT NULL,
    source TEXT NOT NULL,
    operation TEXT NOT NULL,
    criteria TEXT NOT NULL,
    canonical BYTEA NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (service, layer, number)
);
CREATE INDEX change_sets_at ON change_sets (layer, at);
CREATE INDEX change_sets_operation ON change_sets (operation);

-- old_text and new_text are NULL once they were erased on request; the hash stays, and the chain holds.
CREATE TABLE cell_changes (
    service TEXT NOT NULL,
    layer TEXT NOT NULL,
    number BIGINT NOT NULL,
    ord BIGINT NOT NULL,
    address TEXT NOT NULL,
    salt TEXT NOT NULL,
    hash TEXT NOT NULL,
    old_text TEXT,
    new_text TEXT,
    PRIMARY KEY (service, layer, number, ord)
);
CREATE INDEX cell_changes_address ON cell_changes (service, layer, address, number);

-- The present text of every cell that is not empty.
CREATE TABLE cells (
    service TEXT NOT NULL,
    layer TEXT NOT NULL,
    section TEXT NOT NULL,
    row_id TEXT NOT NULL,
    field TEXT NOT NULL,
    lang TEXT NOT NULL,
    value TEXT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (service, layer, section, row_id, field, lang)
);
CREATE INDEX cells_field ON cells (layer, section, field, row_id);

-- What a workbook that was handed out stood for.
CREATE TABLE exports (
    id TEXT PRIMARY KEY,
    service TEXT NOT NULL,
    layer TEXT NOT NULL,
    number BIGINT NOT NULL,
    person TEXT,
    at TIMESTAMPTZ NOT NULL
);

-- Previewed imports, until they are applied or forgotten.
CREATE TABLE imports (
    id TEXT PRIMARY KEY,
    person TEXT,
    service TEXT NOT NULL,
    layer TEXT NOT NULL,
    file TEXT NOT NULL,
    content BYTEA NOT NULL,
    profile TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    applied_number BIGINT
);

-- How the categories of foreign workbooks were taken, as people corrected it.
CREATE TABLE mappings (
    owner TEXT NOT NULL,
    criteria TEXT NOT NULL,
    label TEXT NOT NULL,
    category TEXT NOT NULL,
    PRIMARY KEY (owner, criteria, label)
);
