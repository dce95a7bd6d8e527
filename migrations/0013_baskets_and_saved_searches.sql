-- A reviewer's baskets: lists of cells, private to the person; layer is '' or the institution that may read along.
CREATE TABLE baskets (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    layer TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX baskets_person ON baskets (person, changed_at);
CREATE INDEX baskets_layer ON baskets (layer);

-- The revision at which a cell was taken and not its text: what is erased from the history is erased here as well.
CREATE TABLE basket_cells (
    basket TEXT NOT NULL REFERENCES baskets (id),
    service TEXT NOT NULL,
    layer TEXT NOT NULL,
    address TEXT NOT NULL,
    ord BIGINT NOT NULL,
    number BIGINT NOT NULL,
    taken_at TIMESTAMPTZ NOT NULL,
    remark TEXT NOT NULL,
    PRIMARY KEY (basket, service, layer, address)
);

-- Searches under a name; layer is '' or the institution that may read along. The query is the address of the page.
CREATE TABLE saved_searches (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    layer TEXT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX saved_searches_person ON saved_searches (person);
CREATE INDEX saved_searches_layer ON saved_searches (layer);

-- When somebody looked at a saved search for the last time.
CREATE TABLE search_looks (
    search TEXT NOT NULL REFERENCES saved_searches (id),
    person TEXT NOT NULL REFERENCES people (id),
    looked_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (search, person)
);
