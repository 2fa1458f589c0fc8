-- Contests that take some languages only.

ALTER TABLE contests ADD COLUMN languages text[]           -- ids; null: all that are offered
  CONSTRAINT contests_languages CHECK (cardinality(languages) > 0);
