-- Where a session is used, so that its owner can tell them apart and end one.
ALTER TABLE sessions
  ADD COLUMN address text NOT NULL DEFAULT '',          -- from where it was begun; '' before this revision
  ADD COLUMN agent   text NOT NULL DEFAULT '',          -- what the browser called itself then
  ADD COLUMN seen_at timestamptz NOT NULL DEFAULT now();  -- to within some minutes
CREATE INDEX sessions_user ON sessions (user_id) WHERE user_id IS NOT NULL;

CREATE TYPE scope AS ENUM (  -- what a token may do, and no more than the role of its account; each includes those before
  'read',                    -- see what a contestant sees
  'submit',                  -- also do what a contestant does
  'setter',                  -- also see and do what setters do
  'admin'                    -- also see and do what admins do
);

-- What programs log in with. They hold a random token, the table only its hash.
CREATE TABLE api_tokens (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  token_hash   bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
  user_id      bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  scope        scope NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz NOT NULL,
  last_used_at timestamptz,                             -- to within some minutes
  UNIQUE (user_id, name)
);
