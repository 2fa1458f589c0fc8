-- Canaries: what known programs say of each judgehost; and judgehosts that an admin takes out of service.

CREATE TYPE canary_outcome AS ENUM (
  'good',       -- every known program was judged as it has to be, in the time that it takes on this host
  'undecided',  -- the host was too busy to tell, or could not judge at all
  'doubtful',   -- something was not as it has to be; the next round decides
  'failed'      -- doubtful -> failed: a second round, later, found something too. The host is locked
);
CREATE TABLE canaries (                              -- one row for each round
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  judgehost_id bigint NOT NULL REFERENCES judgehosts,
  began_at     timestamptz NOT NULL,
  ended_at     timestamptz NOT NULL DEFAULT now(),
  outcome      canary_outcome NOT NULL,
  detail       text NOT NULL DEFAULT '',             -- what was not as it has to be, or why nothing could be told
  figures      jsonb NOT NULL DEFAULT '{}',          -- by language: the time that its work took, and usually takes
  rejudging_id bigint REFERENCES rejudgings          -- of what was judged since the last good round; null: of nothing
);
CREATE INDEX canaries_judgehost ON canaries (judgehost_id, id DESC);

CREATE TABLE canary_baselines (                      -- how fast a judgehost was when it was first asked
  judgehost_id bigint NOT NULL REFERENCES judgehosts,
  yardstick    text NOT NULL,                        -- same work, compiler, level and processor
  work_us      bigint NOT NULL,                      -- the least of the rounds that count
  rounds       int NOT NULL DEFAULT 1,               -- how many those were; from some number on it stays
  PRIMARY KEY (judgehost_id, yardstick)
);

ALTER TABLE judgehosts ADD COLUMN disabled text;     -- why an admin lets it take no work; null: it may
