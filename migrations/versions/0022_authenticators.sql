-- What makes an account's one-time codes (RFC 6238), asked for after the password.
CREATE TABLE authenticators (
  user_id      bigint PRIMARY KEY REFERENCES users ON DELETE CASCADE,
  secret       bytea NOT NULL CHECK (length(secret) >= 16),  -- as it is: codes are made of it
  created_at   timestamptz NOT NULL DEFAULT now(),
  confirmed_at timestamptz,                -- null: no code of it was seen yet, and none is asked for
  last_step    bigint NOT NULL DEFAULT 0   -- the time, in steps of 30 s, of the last code that was used: none is used twice
);

-- For whoever lost the phone: each works once, and is gone then. Random enough for a plain hash.
CREATE TABLE recovery_codes (
  user_id   bigint NOT NULL REFERENCES authenticators ON DELETE CASCADE,
  code_hash bytea NOT NULL CHECK (length(code_hash) = 32),
  PRIMARY KEY (user_id, code_hash)
);

-- Whose password was right, while the code is still asked for; such a session is nobody's yet.
ALTER TABLE sessions ADD COLUMN pending_user_id bigint REFERENCES users ON DELETE CASCADE;
CREATE INDEX sessions_pending ON sessions (pending_user_id) WHERE pending_user_id IS NOT NULL;
