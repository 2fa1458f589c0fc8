-- Browsers and addresses from which a right password came: tries from there are not counted with those from elsewhere.
CREATE TABLE login_origins (
  user_id     bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  origin_hash bytea NOT NULL,                      -- SHA-256 of a browser's token, or of an address
  seen_at     timestamptz NOT NULL DEFAULT now(),  -- about when the last one came; the oldest are forgotten
  PRIMARY KEY (user_id, origin_hash)
);
