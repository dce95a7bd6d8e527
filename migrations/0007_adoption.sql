-- Internal approvals of an institution's adoption. Each pins a published version of the common text and a revision of the
-- institution's own layer. Days are texts: 2026-11-24.
CREATE TABLE approvals (
    id TEXT PRIMARY KEY,
    layer TEXT NOT NULL,
    service TEXT NOT NULL REFERENCES services (id),
    state TEXT NOT NULL,
    version TEXT NOT NULL,
    number BIGINT NOT NULL,
    hash TEXT NOT NULL,
    criteria TEXT NOT NULL,
    own_number BIGINT NOT NULL,
    own_hash TEXT NOT NULL,
    verdict TEXT NOT NULL,
    ticket TEXT NOT NULL,
    comment TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    -- The approval that this one renews; '' for a first one.
    renews TEXT NOT NULL,
    prepared_by TEXT NOT NULL REFERENCES people (id),
    prepared_name TEXT NOT NULL,
    prepared_at TIMESTAMPTZ NOT NULL,
    decided_by TEXT REFERENCES people (id),
    decided_name TEXT NOT NULL,
    decided_at TIMESTAMPTZ,
    decision TEXT NOT NULL,
    -- Decided with a right that was lent, in the place of people who are away.
    taken_over BOOLEAN NOT NULL
);
CREATE INDEX approvals_layer ON approvals (layer, service, prepared_at);
-- One approval in force, and one under way, for a service of an institution.
CREATE UNIQUE INDEX approvals_in_force ON approvals (layer, service) WHERE state = 'approved';
CREATE UNIQUE INDEX approvals_under_way ON approvals (layer, service) WHERE state IN ('draft', 'waiting');

-- The workbook as it was when the decision was taken. It never changes.
CREATE TABLE approval_files (
    approval TEXT PRIMARY KEY REFERENCES approvals (id),
    layer TEXT NOT NULL,
    name TEXT NOT NULL,
    export TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    content BYTEA NOT NULL
);
CREATE INDEX approval_files_sha256 ON approval_files (layer, sha256);
CREATE INDEX approval_files_export ON approval_files (layer, export);

-- What people made of each change upstream, appended: the last one counts.
CREATE TABLE approval_answers (
    approval TEXT NOT NULL REFERENCES approvals (id),
    ord BIGINT NOT NULL,
    version TEXT NOT NULL,
    address TEXT NOT NULL,
    answer TEXT NOT NULL,
    comment TEXT NOT NULL,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (approval, ord)
);

-- An institution's systems, and the services that they use.
CREATE TABLE systems (
    id TEXT PRIMARY KEY,
    layer TEXT NOT NULL,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX systems_layer ON systems (layer, name);
CREATE TABLE system_services (
    system TEXT NOT NULL REFERENCES systems (id),
    service TEXT NOT NULL REFERENCES services (id),
    PRIMARY KEY (system, service)
);

-- The decisions of an institution across services.
CREATE INDEX cells_adoption ON cells (layer, service) WHERE section = 'adoption' OR section = 'risks';
