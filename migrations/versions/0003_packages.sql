-- Problems with groups, scores and programs of their own, and uploads that are verified before they go live.

-- What a version is judged by, but its name and test cases: the fields of judge.models.Problem by their names. Bytes
-- are blobs, and stand there as {"sha256": "..."}; scores without bound as "inf".
ALTER TABLE problem_versions
  ADD COLUMN document       jsonb,
  ADD COLUMN is_complete    boolean NOT NULL DEFAULT true,  -- false: tests or time limit are found out by verifying
  ADD COLUMN package_sha256 bytea REFERENCES blobs,         -- the zip as uploaded; null: read from a folder
  ADD COLUMN file_name      text,                           -- what that was called
  ADD COLUMN warnings       text[] NOT NULL DEFAULT '{}';   -- what was odd about the package, each "file[:line]: text"

-- The release before wrote limits and checker, and may still do so for as long as it runs beside this one.
CREATE FUNCTION problem_document(limits jsonb, checker jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_build_object('limits', limits, 'checker',
    jsonb_build_object('name', checker -> 'name') || CASE WHEN checker ? 'files' THEN
      jsonb_build_object('program', jsonb_build_object('language', checker -> 'language', 'files',
        (SELECT jsonb_agg(jsonb_build_object(
           'name', file -> 'name', 'content', jsonb_build_object('sha256', file -> 'sha256')) ORDER BY ordinality)
         FROM jsonb_array_elements(checker -> 'files') WITH ORDINALITY AS files (file, ordinality))))
    ELSE '{}' END)
$$;
CREATE FUNCTION document_problem_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.document := problem_document(NEW.limits, NEW.checker);
  RETURN NEW;
END
$$;
UPDATE problem_versions SET document = problem_document(limits, checker);
CREATE TRIGGER problem_versions_document BEFORE INSERT ON problem_versions
  FOR EACH ROW WHEN (NEW.document IS NULL) EXECUTE FUNCTION document_problem_version();
-- Read by nobody any more; a later revision drops them together with the trigger.
ALTER TABLE problem_versions
  ALTER COLUMN document SET NOT NULL,
  ALTER COLUMN limits DROP NOT NULL,
  ALTER COLUMN checker DROP NOT NULL,
  ADD CONSTRAINT problem_versions_live_complete CHECK (is_complete OR live_at IS NULL);

ALTER TABLE testcases
  ADD COLUMN named_flags jsonb NOT NULL DEFAULT '{}',       -- of one output validator only: its name -> words
  ADD COLUMN args        text[] NOT NULL DEFAULT '{}',      -- words that the submission is started with
  ADD COLUMN files       jsonb NOT NULL DEFAULT '{}',       -- put beside the submission: path -> [SHA-256, size]
  ADD COLUMN points      float8;                            -- null: its group says

ALTER TABLE problem_statements
  DROP CONSTRAINT problem_statements_format_check,
  ADD CONSTRAINT problem_statements_format CHECK (format IN ('md', 'tex', 'pdf', 'html', 'txt'));

-- What a statement shows, by the path that the statement has for it.
CREATE TABLE problem_pictures (
  problem_version_id bigint NOT NULL,
  language           text NOT NULL,
  format             text NOT NULL,
  name               text NOT NULL,
  sha256             bytea NOT NULL REFERENCES blobs,
  PRIMARY KEY (problem_version_id, language, format, name),
  FOREIGN KEY (problem_version_id, language, format) REFERENCES problem_statements ON DELETE CASCADE
);
-- What contestants are shown of samples where that is not their test data; nothing where all three are null.
CREATE TABLE problem_samples (
  problem_version_id bigint NOT NULL REFERENCES problem_versions ON DELETE CASCADE,
  name               text NOT NULL,                         -- 'sample/1'; there need be no such test case
  input_sha256       bytea REFERENCES blobs,
  answer_sha256      bytea REFERENCES blobs,
  interaction_sha256 bytea REFERENCES blobs,                -- lines after > or <
  PRIMARY KEY (problem_version_id, name)
);
-- For contestants to download.
CREATE TABLE problem_attachments (
  problem_version_id bigint NOT NULL REFERENCES problem_versions ON DELETE CASCADE,
  name               text NOT NULL,                         -- its path below attachments/
  sha256             bytea NOT NULL REFERENCES blobs,
  size               bigint NOT NULL,
  PRIMARY KEY (problem_version_id, name)
);

ALTER TABLE judgings ADD COLUMN score float8;               -- of scoring problems only
ALTER TABLE runs
  ADD COLUMN score        float8,                           -- what the checker gave, absolute
  ADD COLUMN multiplier   float8,                           -- what it gave of the test case's points, from 0 to 1
  ADD COLUMN passes       int NOT NULL DEFAULT 1,           -- made of a multi-pass problem
  ADD COLUMN team_message text NOT NULL DEFAULT '';         -- for whoever submitted

CREATE TYPE verification_state AS ENUM (
  'queued',     -- a judgehost with an idle slot may take it
  'running',    -- queued -> running, until lease_until; running -> queued: the slot was wanted, or the judgehost stopped
  'done'        -- running -> done: has its outcome
);
CREATE TYPE verification_outcome AS ENUM (
  'expected',   -- every jury submission got what it should
  'unexpected', -- some did not: somebody has to decide whether the version goes live all the same
  'errors'      -- something is wrong with the package; it does not go live
);
-- What jury submissions and validators say of an uploaded version. A lost lease is taken over by whoever comes next.
CREATE TABLE verifications (
  problem_version_id bigint PRIMARY KEY REFERENCES problem_versions,
  contest_id         bigint REFERENCES contests,            -- which the problem joins when the version goes live
  goes_live          boolean NOT NULL,                      -- by itself, once all is as expected
  state              verification_state NOT NULL DEFAULT 'queued',
  attempt            int NOT NULL DEFAULT 0,                -- the fence: counts claims
  losses             int NOT NULL DEFAULT 0,                -- claims that ended without a word
  lease_until        timestamptz,
  judgehost_id       bigint REFERENCES judgehosts,
  asked_at           timestamptz NOT NULL DEFAULT clock_timestamp(),
  asked_by           bigint REFERENCES users,
  finished_at        timestamptz,
  outcome            verification_outcome,
  report             jsonb NOT NULL DEFAULT '{}',           -- how far it is and what was found; judge/store/verifications.py
  CHECK ((state = 'running') = (lease_until IS NOT NULL)),
  CHECK ((state = 'done') = (outcome IS NOT NULL))
);
CREATE INDEX verifications_open ON verifications (asked_at) WHERE state <> 'done';

-- Runs of verifications by everything they depend on: what did not change is not run again. Any row may be dropped.
CREATE TABLE known_runs (
  key     bytea PRIMARY KEY CHECK (length(key) = 32),
  run     jsonb NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX known_runs_age ON known_runs (made_at);
