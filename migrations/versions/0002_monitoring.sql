-- What judgehosts see beside verdicts, which of them may take work, and isolation levels by contest.

CREATE TYPE security_severity AS ENUM (
  'info',       -- nobody needs to look
  'warning',    -- somebody should, when there is time
  'alarm'       -- somebody has to, at once
);

-- kind: those of judge/incidents.py. Rows about a run, or about a cell that a judging used, have that judging, and
-- through it a submission. Rows about a cell have its name in data.
ALTER TABLE security_events
  ADD COLUMN judgehost_id    bigint REFERENCES judgehosts,   -- where it was seen
  ADD COLUMN severity        security_severity NOT NULL DEFAULT 'warning',
  ADD COLUMN detail          text NOT NULL DEFAULT '' CHECK (length(detail) <= 200),
  ADD COLUMN count           int NOT NULL DEFAULT 1 CHECK (count > 0),
  ADD COLUMN acknowledged_at timestamptz,                    -- null: nobody has looked yet
  ADD COLUMN acknowledged_by bigint REFERENCES users;
CREATE INDEX security_events_open ON security_events (severity, id) WHERE acknowledged_at IS NULL;
CREATE INDEX security_events_judging ON security_events (judging_id) WHERE judging_id IS NOT NULL;

ALTER TABLE judgehosts
  ADD COLUMN levels    text[] NOT NULL DEFAULT '{}',         -- isolation levels it offers; isolation is the default
  ADD COLUMN unfit     text,                                 -- why it takes no work; null: it may
  ADD COLUMN is_locked boolean NOT NULL DEFAULT false,       -- only an admin lets it take work again
  ADD CONSTRAINT judgehosts_locked_unfit CHECK (NOT is_locked OR unfit IS NOT NULL);

ALTER TABLE contests
  ADD COLUMN isolation text                                  -- the level to judge at; null: the judgehost's default
  CONSTRAINT contests_isolation CHECK (isolation IN ('local', 'container', 'gvisor', 'vm'));

ALTER TABLE judgings ADD COLUMN isolation text;              -- the level it was judged at; null: not known
