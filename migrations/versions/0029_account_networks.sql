-- Browsers at these addresses are logged in to a contestant's account without a password: a contest on site, where each
-- computer is one team's. Of nested networks the narrowest counts.
CREATE TABLE account_networks (
  network  cidr PRIMARY KEY,
  user_id  bigint NOT NULL REFERENCES users ON DELETE CASCADE
);
CREATE INDEX account_networks_user ON account_networks (user_id);
