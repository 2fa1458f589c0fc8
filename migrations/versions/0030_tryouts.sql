-- Sources run on their authors' own inputs: no submissions, judged by nothing, counted nowhere, kept for a day.

CREATE TABLE tryouts (
  id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id            bigint NOT NULL REFERENCES users,
  contest_id         bigint NOT NULL REFERENCES contests,
  problem_version_id bigint NOT NULL REFERENCES problem_versions,  -- whose limits hold
  language           text NOT NULL,
  files              jsonb NOT NULL,                 -- [{name, content}], the first being the main one
  input              bytea NOT NULL,
  asked_at           timestamptz NOT NULL DEFAULT now(),
  state              text NOT NULL DEFAULT 'queued' CHECK (state IN (
    'queued',                                        -- -> running, by a judgehost with a slot to spare
    'running',                                       -- -> done; -> queued, when the slot is wanted or the lease ran out
    'done'
  )),
  attempt            int NOT NULL DEFAULT 0,         -- counts claims; the fence that late answers do not get past
  losses             int NOT NULL DEFAULT 0,         -- attempts that ended without an answer; the third is the last
  lease_until        timestamptz,
  judgehost_id       bigint REFERENCES judgehosts,
  verdict            text,                           -- what stopped it, CE or JE; null: it ran to its end, or is not done
  reason             text NOT NULL DEFAULT '',
  compile_output     text NOT NULL DEFAULT '',
  output             bytea NOT NULL DEFAULT '',      -- the beginning of it
  output_bytes       bigint NOT NULL DEFAULT 0,      -- all of it
  errors             bytea NOT NULL DEFAULT '',      -- the beginning of standard error
  cpu_us             bigint,
  memory_bytes       bigint
);
CREATE INDEX tryouts_waiting ON tryouts (asked_at, id) WHERE state <> 'done';
CREATE INDEX tryouts_user ON tryouts (user_id, id DESC);
CREATE INDEX tryouts_age ON tryouts (asked_at);
