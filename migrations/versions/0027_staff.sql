-- People who help with one contest, whatever their account may do elsewhere; and balloons, which they bring.

CREATE TYPE contest_role AS ENUM (
  'jury',      -- sees everything of the contest, answers questions, brings balloons
  'observer',  -- sees what the jury sees, changes nothing
  'balloons'   -- sees who solved what, up to the freeze, and brings balloons
);
CREATE TABLE contest_staff (
  contest_id bigint NOT NULL REFERENCES contests ON DELETE CASCADE,
  user_id    bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  role       contest_role NOT NULL,
  PRIMARY KEY (contest_id, user_id)
);
CREATE INDEX contest_staff_user ON contest_staff (user_id);

ALTER TABLE contest_problems ADD COLUMN colour text         -- one of judge/colours.py; null: none was chosen
  CONSTRAINT contest_problems_colour CHECK (length(colour) BETWEEN 1 AND 20);

-- Balloons that were brought. Which are to be brought is told from verdicts, so that a rejudging changes it.
CREATE TABLE balloons (
  contest_id   bigint NOT NULL,
  problem_id   bigint NOT NULL,
  user_id      bigint NOT NULL REFERENCES users,
  delivered_at timestamptz NOT NULL DEFAULT now(),
  delivered_by bigint NOT NULL REFERENCES users,
  PRIMARY KEY (contest_id, problem_id, user_id),
  FOREIGN KEY (contest_id, problem_id) REFERENCES contest_problems ON DELETE CASCADE
);
