-- Accounts by group: a school, a site, a year. Lists and scoreboards can be of one group.

ALTER TABLE users ADD COLUMN group_name text               -- null: in none
  CONSTRAINT users_group_name CHECK (length(group_name) BETWEEN 1 AND 60);
CREATE INDEX users_group ON users (group_name) WHERE group_name IS NOT NULL;
