-- A queue that is claimed from in constant time, however long it is and whatever is paused: each judging says itself who
-- may claim it (lane) and when it is its turn (turn). judge/store/judgings.py has the rules.

-- A pool is a name that contests and judgehosts have in common. 'default' is that of whoever has no other.
ALTER TABLE contests
  ADD COLUMN pool text NOT NULL DEFAULT 'default'            -- judged only by judgehosts of that pool
  CONSTRAINT contests_pool CHECK (pool ~ '^[a-z0-9][a-z0-9_-]{0,63}$');
ALTER TABLE judgehosts ADD COLUMN pools text[] NOT NULL DEFAULT '{default}';

-- What is not judged for now: whatever agrees with every column that is not null; where all are, everything.
CREATE TABLE pauses (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  contest_id bigint REFERENCES contests,
  problem_id bigint REFERENCES problems,
  language   text,
  reason     text NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
  paused_by  bigint REFERENCES users,                        -- null: the command line
  paused_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE NULLS NOT DISTINCT (contest_id, problem_id, language)
);

ALTER TABLE judgings
  ADD COLUMN user_id bigint,                                 -- the submission's, for taking turns
  ADD COLUMN lane    text,                                   -- who may claim it: 'pool/level', 'pool/' for any level
  ADD COLUMN turn    bigint,                                 -- among those of its lane and priority
  ADD COLUMN is_held boolean NOT NULL DEFAULT false,         -- queued, and paused
  ADD CONSTRAINT judgings_priority CHECK (priority IN (0, 10, 20, 30)) NOT VALID;
-- Written by the release before, and read by nobody any more; a later revision drops it.
ALTER TABLE judgings ALTER COLUMN backlog SET DEFAULT 0;

CREATE FUNCTION is_paused(of_contest bigint, of_problem bigint, of_language text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM pauses
    WHERE (contest_id IS NULL OR contest_id = of_contest) AND (problem_id IS NULL OR problem_id = of_problem)
      AND (language IS NULL OR language = of_language))
$$;

-- The turn of a newcomer: the one being served, so that whoever has nothing there yet need not wait for anybody's second;
-- behind those of the same user that wait or are being judged already.
CREATE FUNCTION next_turn(in_lane text, with_priority smallint, of_user bigint) RETURNS bigint
LANGUAGE sql STABLE AS $$
  SELECT greatest(
    (SELECT coalesce(max(turn), 0) FROM judgings
      WHERE lane = in_lane AND priority = with_priority AND state <> 'queued'),
    (SELECT coalesce(max(turn), -1) + 1 FROM judgings
      WHERE user_id = of_user AND lane = in_lane AND priority = with_priority AND state <> 'done' AND NOT is_held))
$$;

-- Held shared by whatever queues, exclusively by what changes pauses and lanes: nothing slips in between.
CREATE FUNCTION share_pauses() RETURNS void LANGUAGE sql AS $$ SELECT pg_advisory_xact_lock_shared(7180141) $$;
CREATE FUNCTION own_pauses() RETURNS void LANGUAGE sql AS $$ SELECT pg_advisory_xact_lock(7180141) $$;

-- Whoever queues a judging, be it the release before, has it placed.
CREATE FUNCTION place_judging() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  its record;
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM share_pauses();
  END IF;
  SELECT s.user_id, c.pool || '/' || coalesce(c.isolation, '') AS lane,
         is_paused(s.contest_id, s.problem_id, s.language) AS is_held
    INTO STRICT its FROM submissions s JOIN contests c ON c.id = s.contest_id WHERE s.id = NEW.submission_id;
  NEW.user_id := its.user_id;
  NEW.is_held := its.is_held;
  IF NEW.turn IS NULL OR NEW.lane IS DISTINCT FROM its.lane THEN
    NEW.turn := next_turn(its.lane, NEW.priority, its.user_id);
  END IF;
  NEW.lane := its.lane;
  RETURN NEW;
END
$$;
CREATE TRIGGER judgings_place BEFORE INSERT ON judgings
  FOR EACH ROW WHEN (NEW.state = 'queued') EXECUTE FUNCTION place_judging();
-- One that comes back keeps its turn.
CREATE TRIGGER judgings_place_again BEFORE UPDATE OF state ON judgings
  FOR EACH ROW WHEN (NEW.state = 'queued' AND OLD.state <> 'queued') EXECUTE FUNCTION place_judging();

UPDATE judgings j SET user_id = s.user_id, lane = c.pool || '/' || coalesce(c.isolation, ''), turn = j.backlog
  FROM submissions s JOIN contests c ON c.id = s.contest_id WHERE s.id = j.submission_id AND j.state <> 'done';

CREATE INDEX judgings_ready ON judgings (lane, priority, turn, id) WHERE state = 'queued' AND NOT is_held;
CREATE INDEX judgings_held ON judgings (id) WHERE state = 'queued' AND is_held;
CREATE INDEX judgings_of_user ON judgings (user_id, lane, priority, turn) WHERE state <> 'done' AND NOT is_held;
CREATE INDEX judgings_served ON judgings (lane, priority, turn) WHERE state <> 'queued' AND lane IS NOT NULL;
DROP INDEX judgings_queue;

-- Rows that were claimed leave dead entries at the head of the queue; they are cleared away before they are many.
ALTER TABLE judgings SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02);
