-- The second factor: a secret that a person's authenticator shares. It counts once confirmed_at is set.
CREATE TABLE second_factors (
    person TEXT PRIMARY KEY REFERENCES people (id),
    secret BYTEA NOT NULL,
    confirmed_at TIMESTAMPTZ,
    -- The time step of the last code that was taken: a code is taken once.
    last_step BIGINT NOT NULL
);

-- For the day on which the authenticator is lost; each can be used once.
CREATE TABLE recovery_codes (
    person TEXT NOT NULL REFERENCES people (id),
    code_hash TEXT NOT NULL,
    used_at TIMESTAMPTZ,
    PRIMARY KEY (person, code_hash)
);

-- Sign-ins that have passed the password and wait for the code.
CREATE TABLE sign_in_steps (
    token_hash TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    expires_at TIMESTAMPTZ NOT NULL
);
