-- The schema of DESIGN.md section 5. Times are timestamptz (UTC inside), sizes bytes, measured times microseconds.

CREATE TYPE role AS ENUM ('contestant', 'setter', 'admin');

CREATE TABLE users (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  login         text NOT NULL CHECK (login ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$'),
  name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  password_hash text,                          -- argon2id; null: cannot log in with a password
  role          role NOT NULL DEFAULT 'contestant',
  created_at    timestamptz NOT NULL DEFAULT now(),
  disabled_at   timestamptz
);
CREATE UNIQUE INDEX users_login ON users (lower(login));

-- The cookie holds a random token, the table only its hash: a stolen backup logs nobody in.
CREATE TABLE sessions (
  token_hash  bytea PRIMARY KEY CHECK (length(token_hash) = 32),
  user_id     bigint REFERENCES users ON DELETE CASCADE,  -- null: not logged in yet (the login form's CSRF token)
  csrf_token  text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  expires_at  timestamptz NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Rate limits: hits of one key within one window.
CREATE TABLE throttles (
  key          text NOT NULL,
  window_start timestamptz NOT NULL,
  hits         int NOT NULL,
  PRIMARY KEY (key, window_start)
);

-- Immutable bytes named by their SHA-256: test data, sources, statements.
CREATE TABLE blobs (
  sha256     bytea PRIMARY KEY CHECK (length(sha256) = 32),
  size       bigint NOT NULL,
  content    bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK (size = length(content))
);
ALTER TABLE blobs ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE TABLE problems (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name       text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),  -- the package's folder name
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Immutable: a changed package is a new version. The newest one that went live is judged.
CREATE TABLE problem_versions (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  problem_id bigint NOT NULL REFERENCES problems,
  digest     bytea NOT NULL CHECK (length(digest) = 32),  -- over everything below
  title      text NOT NULL,
  limits     jsonb NOT NULL,
  checker    jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by bigint REFERENCES users,
  live_at    timestamptz,
  UNIQUE (problem_id, digest)
);
CREATE INDEX problem_versions_live ON problem_versions (problem_id, live_at DESC) WHERE live_at IS NOT NULL;

CREATE TABLE problem_statements (
  problem_version_id bigint NOT NULL REFERENCES problem_versions ON DELETE CASCADE,
  language           text NOT NULL,            -- 'en', 'sv'
  format             text NOT NULL CHECK (format IN ('md', 'tex', 'pdf')),
  sha256             bytea NOT NULL REFERENCES blobs,
  PRIMARY KEY (problem_version_id, language, format)
);

CREATE TABLE testcases (
  problem_version_id bigint NOT NULL REFERENCES problem_versions ON DELETE CASCADE,
  ordinal            int NOT NULL,             -- 1, 2, … in judging order
  name               text NOT NULL,            -- 'sample/1', 'secret/group1/03'
  input_sha256       bytea NOT NULL REFERENCES blobs,
  answer_sha256      bytea NOT NULL REFERENCES blobs,
  input_size         bigint NOT NULL,
  answer_size        bigint NOT NULL,
  checker_flags      text[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (problem_version_id, ordinal),
  UNIQUE (problem_version_id, name)
);

CREATE TABLE contests (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name            text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
  title           text NOT NULL,
  starts_at       timestamptz NOT NULL,
  ends_at         timestamptz,                 -- null: open for ever
  freeze_at       timestamptz,
  penalty_minutes int NOT NULL DEFAULT 20,
  created_at      timestamptz NOT NULL DEFAULT now(),
  CHECK (ends_at > starts_at)
);

CREATE TABLE contest_problems (
  contest_id bigint NOT NULL REFERENCES contests,
  problem_id bigint NOT NULL REFERENCES problems,
  label      text NOT NULL,                    -- 'A', 'B', …
  PRIMARY KEY (contest_id, problem_id),
  UNIQUE (contest_id, label)
);

CREATE TABLE submissions (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  contest_id   bigint NOT NULL,
  problem_id   bigint NOT NULL,
  user_id      bigint NOT NULL REFERENCES users,
  language     text NOT NULL,
  submitted_at timestamptz NOT NULL DEFAULT now(),
  -- What a jury submission is expected to get; null for contestants', and never on a scoreboard otherwise.
  expected     text[],
  FOREIGN KEY (contest_id, problem_id) REFERENCES contest_problems
);
CREATE INDEX submissions_contest ON submissions (contest_id, id DESC);
CREATE INDEX submissions_user ON submissions (user_id, id DESC);

CREATE TABLE submission_files (
  submission_id bigint NOT NULL REFERENCES submissions ON DELETE CASCADE,
  ordinal       int NOT NULL,
  name          text NOT NULL,
  sha256        bytea NOT NULL REFERENCES blobs,
  PRIMARY KEY (submission_id, ordinal)
);

CREATE TABLE judgehosts (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name         text NOT NULL UNIQUE,
  slots        int NOT NULL,
  isolation    text NOT NULL,
  last_seen_at timestamptz NOT NULL DEFAULT now()
);

CREATE TYPE rejudging_state AS ENUM (
  'open',       -- its judgings run beside the current ones
  'applied',    -- open -> applied: its judgings became the current ones
  'cancelled'   -- open -> cancelled
);
CREATE TABLE rejudgings (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reason     text NOT NULL,
  state      rejudging_state NOT NULL DEFAULT 'open',
  created_by bigint REFERENCES users,
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at   timestamptz
);

CREATE TYPE judging_state AS ENUM (
  'queued',     -- may be claimed
  'judging',    -- queued -> judging: claimed, until lease_until; judging -> queued: the lease lapsed
  'done'        -- judging -> done: has its verdict, for ever
);
CREATE TABLE judgings (
  id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  submission_id      bigint NOT NULL REFERENCES submissions,
  problem_version_id bigint NOT NULL REFERENCES problem_versions,
  rejudging_id       bigint REFERENCES rejudgings,
  is_current         boolean NOT NULL DEFAULT true,  -- the one whose verdict counts
  state              judging_state NOT NULL DEFAULT 'queued',
  priority           smallint NOT NULL DEFAULT 10,   -- lower goes first: 0 contest, 10 practice, 20 rejudging, 30 jury
  backlog            int NOT NULL DEFAULT 0,         -- how many of the same user were waiting: fairness between teams
  attempt            int NOT NULL DEFAULT 0,         -- the fence: counts claims
  losses             int NOT NULL DEFAULT 0,         -- claims that ended without a word
  lease_until        timestamptz,
  judgehost_id       bigint REFERENCES judgehosts,
  queued_at          timestamptz NOT NULL DEFAULT now(),
  claimed_at         timestamptz,
  finished_at        timestamptz,
  verdict            text,
  compile_ok         boolean,
  compile_output     text,
  compile_cpu_us     bigint,
  slowest_cpu_us     bigint,
  peak_memory_bytes  bigint,
  message            text,                           -- for admins, where the verdict is JE
  CHECK ((state = 'done') = (verdict IS NOT NULL)),
  CHECK ((state = 'judging') = (lease_until IS NOT NULL))
);
CREATE UNIQUE INDEX judgings_current ON judgings (submission_id) WHERE is_current;
CREATE INDEX judgings_submission ON judgings (submission_id);
CREATE INDEX judgings_queue ON judgings (priority, backlog, id) WHERE state = 'queued';
CREATE INDEX judgings_leases ON judgings (lease_until) WHERE state = 'judging';

CREATE TABLE runs (
  judging_id   bigint NOT NULL REFERENCES judgings ON DELETE CASCADE,
  ordinal      int NOT NULL,                         -- that of the test case
  attempt      int NOT NULL,
  testcase     text NOT NULL,
  verdict      text NOT NULL,
  cpu_us       bigint NOT NULL,
  wall_us      bigint NOT NULL,
  memory_bytes bigint NOT NULL,
  exit_code    int,
  signal       int,
  reason       text NOT NULL DEFAULT '',
  message      text NOT NULL DEFAULT '',             -- for judges only
  noise        jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (judging_id, ordinal)
);

-- Append-only: what live pages and the Contest API replay. One row for each thing that a page may want to show at once.
CREATE TABLE events (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at            timestamptz NOT NULL DEFAULT now(),
  kind          text NOT NULL,                       -- 'submission', 'judging', 'run', 'verdict'
  contest_id    bigint,
  submission_id bigint,
  data          jsonb NOT NULL
);
CREATE INDEX events_submission ON events (submission_id, id);

CREATE TABLE clarifications (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  contest_id   bigint NOT NULL REFERENCES contests,
  problem_id   bigint REFERENCES problems,
  from_user_id bigint REFERENCES users,              -- null: from the jury
  to_user_id   bigint REFERENCES users,              -- null: to the jury, or to everybody
  reply_to_id  bigint REFERENCES clarifications,
  text         text NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE audit_log (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at      timestamptz NOT NULL DEFAULT now(),
  user_id bigint REFERENCES users,                   -- null: the command line
  action  text NOT NULL,
  data    jsonb NOT NULL DEFAULT '{}'
);

CREATE TABLE security_events (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at         timestamptz NOT NULL DEFAULT now(),
  judging_id bigint REFERENCES judgings,
  kind       text NOT NULL,
  data       jsonb NOT NULL DEFAULT '{}'
);
