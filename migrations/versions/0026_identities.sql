-- Who an account is at an OpenID provider. Nothing else that a provider says of somebody, an address for one, is believed.
CREATE TABLE identities (
  issuer    text NOT NULL,
  subject   text NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
  user_id   bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  name      text NOT NULL,                   -- what the provider called them then, for showing
  linked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (issuer, subject),
  UNIQUE (user_id, issuer)
);

-- A browser that was sent to the provider and is to come back with what proves that it did. Gone with the first that does.
CREATE TABLE sign_ons (
  session_hash bytea PRIMARY KEY REFERENCES sessions ON DELETE CASCADE,
  state        text NOT NULL,
  nonce        text NOT NULL,
  verifier     text NOT NULL,                -- of PKCE (RFC 7636)
  wanted       text NOT NULL,                -- where it leads in the end
  is_link      boolean NOT NULL,             -- to link the session's account with, instead of logging in
  created_at   timestamptz NOT NULL DEFAULT now()
);
