-- The newest entry of each layer's audit. Its row is the lock under which numbers are taken.
CREATE TABLE audit_heads (
    layer TEXT PRIMARY KEY,
    number BIGINT NOT NULL,
    hash TEXT NOT NULL
);

-- Entries of before are not in the chain: their number is 0.
ALTER TABLE audit ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit ADD COLUMN hash TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_number ON audit (layer, number);
