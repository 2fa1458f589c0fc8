-- Who among the setters may see a problem's versions, change it, and say who else may. Admins always may.
CREATE TYPE problem_access AS ENUM (
  'read',   -- see its versions, tests and what verifying found
  'write',  -- read, upload versions, make one live, put it into contests
  'own'     -- write, and say who else may
);
-- What every setter may; null: only those who are named. Of what was there before, and comes over the command line, all
-- that they could before.
ALTER TABLE problems ADD COLUMN setters_may problem_access DEFAULT 'write' CHECK (setters_may <> 'own');
CREATE TABLE problem_setters (
  problem_id bigint NOT NULL REFERENCES problems ON DELETE CASCADE,
  user_id    bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  access     problem_access NOT NULL,
  PRIMARY KEY (problem_id, user_id)
);
CREATE INDEX problem_setters_user ON problem_setters (user_id);
