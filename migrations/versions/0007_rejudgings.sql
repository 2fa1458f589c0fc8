-- Rejudgings: what was asked for, which judgings became current by whom, verdicts that a person set, runs taken over.

ALTER TYPE judging_state ADD VALUE 'dropped';        -- queued -> dropped: its rejudging was cancelled

-- A rejudging is open again once what was applied of it is undone.
ALTER TABLE rejudgings
  ADD COLUMN chosen             jsonb NOT NULL DEFAULT '{}',          -- the fields of judge.store.selections.Selection
  ADD COLUMN problem_version_id bigint REFERENCES problem_versions,   -- judged with; null: see below
  ADD COLUMN keeps_versions     boolean NOT NULL DEFAULT false,       -- each with its own version, not the live one
  ADD COLUMN repeats            int NOT NULL DEFAULT 1 CHECK (repeats BETWEEN 1 AND 100),  -- judgings of each
  ADD COLUMN is_fresh           boolean NOT NULL DEFAULT false,       -- every test is run, changed or not
  ADD COLUMN ended_by           bigint REFERENCES users;

ALTER TABLE judgings
  ADD COLUMN repetition         int NOT NULL DEFAULT 1,               -- 1 to the rejudging's repeats
  ADD COLUMN override_reason    text,                                 -- why a person set the verdict; null: it was judged
  ADD COLUMN override_by        bigint REFERENCES users,              -- who did; null with a reason: the command line
  ADD CONSTRAINT judgings_overridden_done CHECK (override_reason IS NULL OR state = 'done') NOT VALID;
-- Holds next to nothing when it is made.
CREATE UNIQUE INDEX judgings_rejudging ON judgings (rejudging_id, submission_id, repetition)
  WHERE rejudging_id IS NOT NULL;

ALTER TABLE runs
  ADD COLUMN key                bytea,    -- digest of all that the run depends on but its host's speed; null: not known
  ADD COLUMN reused_from        bigint;   -- the judging that made the run; null: this one. Judgings are never deleted.

-- Each time that another judging of a submission became the current one. What stands is undone in the opposite order.
CREATE TABLE judging_swaps (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  submission_id  bigint NOT NULL REFERENCES submissions,
  old_judging_id bigint NOT NULL REFERENCES judgings,
  new_judging_id bigint NOT NULL REFERENCES judgings,
  rejudging_id   bigint REFERENCES rejudgings,       -- null: a person set the verdict
  swapped_at     timestamptz NOT NULL DEFAULT now(),
  swapped_by     bigint REFERENCES users,            -- null: the command line
  undone_at      timestamptz,
  undone_by      bigint REFERENCES users
);
CREATE UNIQUE INDEX judging_swaps_standing ON judging_swaps (new_judging_id) WHERE undone_at IS NULL;
CREATE INDEX judging_swaps_rejudging ON judging_swaps (rejudging_id) WHERE undone_at IS NULL;

-- All of a version that bears on verdicts, as a digest: versions that differ in a statement alone have the same.
CREATE FUNCTION judged_content(version_id bigint) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT md5(document::text || coalesce(
    (SELECT string_agg(concat_ws('|', name, encode(input_sha256, 'hex'), encode(answer_sha256, 'hex'),
       checker_flags::text, named_flags::text, args::text, files::text, points::text), E'\n' ORDER BY ordinal)
     FROM testcases WHERE problem_version_id = version_id), ''))
  FROM problem_versions WHERE id = version_id
$$;
