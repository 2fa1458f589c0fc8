-- Sources that were sent with a session that was over, until their senders have logged in again.

CREATE TABLE kept_sources (
  token_hash bytea PRIMARY KEY,                      -- SHA-256; the sender's browser has the token
  language   text NOT NULL,                          -- an id, or 'auto'
  source     bytea NOT NULL,
  kept_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX kept_sources_age ON kept_sources (kept_at);
