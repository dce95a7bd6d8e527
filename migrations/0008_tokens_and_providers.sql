-- Tokens of the HTTP API: shown once, kept as hashes. institution is '' where a token is not bound to one.
CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL REFERENCES people (id),
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    institution TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ
);
CREATE INDEX api_tokens_person ON api_tokens (person);

-- Who a person is at a sign-in provider.
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES people (id),
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_person ON identities (person);

-- Sign-ins that have gone to the provider and are awaited back. person is set where one links their own account.
CREATE TABLE provider_steps (
    state_hash TEXT PRIMARY KEY,
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    back TEXT NOT NULL,
    person TEXT,
    expires_at TIMESTAMPTZ NOT NULL
);

-- '' for a role that somebody gave by hand, 'provider' for one that follows from a group there.
ALTER TABLE roles ADD COLUMN given_by TEXT NOT NULL DEFAULT '';
