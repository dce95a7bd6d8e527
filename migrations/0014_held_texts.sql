-- Texts that met a conflict when somebody saved them: the person's own, kept until they save that cell or put the text aside.
-- One a cell: what was typed last. Bounded by the program (desk/held.rs).
CREATE TABLE held_texts (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    service TEXT NOT NULL REFERENCES services (id),
    layer TEXT NOT NULL,
    address TEXT NOT NULL,
    criteria TEXT NOT NULL,
    base BIGINT NOT NULL,
    text TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    UNIQUE (person, service, layer, address)
);
CREATE INDEX held_texts_at ON held_texts (at);
