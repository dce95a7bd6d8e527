-- What an administrator chose for the whole installation: key to value.
CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- How many categories the sheet's criteria set has, so that a list can tell a full sheet from a started one. Every sheet
-- of before follows the shipped set of 19.
ALTER TABLE heads ADD COLUMN asked BIGINT NOT NULL DEFAULT 19;

-- The revision that moved the sheet to its present criteria set. A category's id means something else before it.
ALTER TABLE heads ADD COLUMN moved BIGINT NOT NULL DEFAULT 0;

-- One category of every service, and every guardrail link. The index of before held every cell, and the matrix walked
-- through all services with it instead of reading the sixty that it shows.
DROP INDEX cells_field;
CREATE INDEX cells_availability ON cells (row_id, service)
    WHERE layer = 'shared' AND section = 'criteria' AND field = 'availability';
CREATE INDEX cells_guardrails ON cells (service, row_id)
    WHERE layer = 'shared' AND section = 'criteria' AND field = 'guardrails';
