-- Rights for a time. A row is a request and what came of it; none is ever deleted. Its state follows from these times and the
-- clock (assessments::elevation), so that nothing has to run for a right to end.
CREATE TABLE elevations (
    id TEXT PRIMARY KEY,
    layer TEXT NOT NULL,
    scope TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES people (id),
    name TEXT NOT NULL,
    reason TEXT NOT NULL,
    ticket TEXT NOT NULL,
    start_at TIMESTAMPTZ,
    minutes BIGINT NOT NULL,
    asked_at TIMESTAMPTZ NOT NULL,
    emergency BOOLEAN NOT NULL,
    approved BOOLEAN,
    decided_at TIMESTAMPTZ,
    decided_by TEXT,
    decided_name TEXT,
    decision TEXT,
    from_at TIMESTAMPTZ,
    until_at TIMESTAMPTZ,
    stopped TEXT,
    stopped_at TIMESTAMPTZ,
    stopped_by TEXT,
    stopped_name TEXT,
    stopping TEXT,
    reviewed_at TIMESTAMPTZ,
    reviewed_by TEXT,
    reviewed_name TEXT,
    review TEXT
);
CREATE INDEX elevations_person ON elevations (person, until_at);
CREATE INDEX elevations_layer ON elevations (layer, asked_at);

-- Who has seen the alarm of an emergency.
CREATE TABLE elevation_alarms (
    elevation TEXT NOT NULL REFERENCES elevations (id),
    person TEXT NOT NULL REFERENCES people (id),
    seen_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (elevation, person)
);

-- The grant under which a change set was written. In its canonical bytes only where there is one.
ALTER TABLE change_sets ADD COLUMN elevation TEXT;

-- What an entry is about beside its subject. Entries of version 1 do not have these in their hash, and keep it.
ALTER TABLE audit ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE audit ADD COLUMN service TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit ADD COLUMN door TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN operation TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN elevation TEXT NOT NULL DEFAULT '';
-- The hash of the change set that an entry is about: whoever rewrites a sheet's chain has to rewrite the audit's too.
ALTER TABLE audit ADD COLUMN change_hash TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_service ON audit (layer, service, number);
CREATE INDEX audit_person ON audit (layer, person, number);
