-- Words that search takes for one another, beside the shipped ones: a group a row, words with tabs between. A row that is
-- off takes the shipped group of the same words out of force. The list's number stands in settings.
CREATE TABLE synonyms (
    ord BIGINT PRIMARY KEY,
    words TEXT NOT NULL,
    is_on BOOLEAN NOT NULL
);
