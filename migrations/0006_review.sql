-- Published versions of the common text: names for revisions, with the hash of what stood there.
CREATE TABLE publications (
    service TEXT NOT NULL REFERENCES services (id),
    version TEXT NOT NULL,
    number BIGINT NOT NULL,
    criteria TEXT NOT NULL,
    hash TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    person TEXT,
    author TEXT NOT NULL,
    -- The review round that approved it; '' where it was published without one.
    round TEXT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (service, version)
);
CREATE INDEX publications_number ON publications (service, number);

-- Review rounds. ended: '' while it runs, then 'published' or 'closed'. answers: how many there are; its row is the lock
-- under which they are numbered, and a publication names the number that it judged.
CREATE TABLE review_rounds (
    id TEXT PRIMARY KEY,
    service TEXT NOT NULL REFERENCES services (id),
    number BIGINT NOT NULL,
    since BIGINT NOT NULL,
    note TEXT NOT NULL,
    due TEXT NOT NULL,
    opened_at TIMESTAMPTZ NOT NULL,
    person TEXT,
    author TEXT NOT NULL,
    answers BIGINT NOT NULL,
    ended TEXT NOT NULL,
    ended_at TIMESTAMPTZ,
    ended_by TEXT NOT NULL,
    version TEXT NOT NULL
);
CREATE UNIQUE INDEX review_rounds_open ON review_rounds (service) WHERE ended = '';
CREATE INDEX review_rounds_service ON review_rounds (service, opened_at);

-- Answers of reviewers, appended and never changed. scope: '' for the whole sheet, or a cell's address.
CREATE TABLE review_answers (
    round TEXT NOT NULL REFERENCES review_rounds (id),
    ord BIGINT NOT NULL,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    institution TEXT NOT NULL,
    scope TEXT NOT NULL,
    verdict TEXT NOT NULL,
    number BIGINT NOT NULL,
    comment TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (round, ord)
);

-- Which institution works on which category of a sheet.
CREATE TABLE assignments (
    service TEXT NOT NULL REFERENCES services (id),
    criteria TEXT NOT NULL,
    row_id TEXT NOT NULL,
    institution TEXT NOT NULL REFERENCES institutions (id),
    due TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    person TEXT,
    author TEXT NOT NULL,
    PRIMARY KEY (service, criteria, row_id)
);
CREATE INDEX assignments_institution ON assignments (institution, due);

-- Answers that were taken over from another sheet and wait for somebody to confirm them.
CREATE INDEX cells_taken_over ON cells (service, row_id)
    WHERE layer = 'shared' AND section = 'criteria' AND field = 'taken_over';

-- Where a person ever held a role: what they wrote stays their institution's after they have gone.
CREATE TABLE belonged (
    person TEXT NOT NULL REFERENCES people (id),
    institution TEXT NOT NULL,
    PRIMARY KEY (person, institution)
);
INSERT INTO belonged (person, institution) SELECT DISTINCT person, institution FROM roles WHERE institution <> '';
