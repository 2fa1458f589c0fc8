-- Scoreboards from a table of their own: one row for each account and problem of a contest, kept right by triggers within
-- the transaction that changes a verdict, be it one of the release before. judge/store/scores.py reads it, and
-- judge/scoring.py has the rules that make a ranking of it.

ALTER TABLE contests
  ADD COLUMN scoring text NOT NULL DEFAULT 'icpc'
    CONSTRAINT contests_scoring CHECK (scoring IN (
      'icpc',                                        -- problems solved, then penalty
      'ioi',                                         -- the sum of the best of each part of each problem
      'atcoder'                                      -- points, then the time of the last that improved them, and penalty
    )),
  ADD COLUMN unfrozen_at timestamptz,                -- since then everybody sees what the freeze kept back
  ADD COLUMN is_counted boolean NOT NULL DEFAULT false;  -- false: older than the table of scores, and not counted yet
ALTER TABLE contests ALTER COLUMN is_counted SET DEFAULT true;

-- What an accepted submission is worth where the problem has no scores of its own; not by the rules of the ICPC.
ALTER TABLE contest_problems
  ADD COLUMN points float8 NOT NULL DEFAULT 100
  CONSTRAINT contest_problems_points CHECK (points > 0 AND points <= 1000000);

-- The score as a sum of that of its test groups, {"secret/group1": 30}; null where it is no such sum.
ALTER TABLE judgings ADD COLUMN parts jsonb;

-- Spans cut out of a contest: what is sent within does not count, and the contest's clock stands still. They do not overlap.
CREATE TABLE contest_gaps (
  contest_id bigint NOT NULL REFERENCES contests,
  starts_at  timestamptz NOT NULL,
  ends_at    timestamptz NOT NULL,
  PRIMARY KEY (contest_id, starts_at),
  CHECK (ends_at > starts_at)
);

-- Verdicts of what was sent from then on are kept from the public; null: none are.
CREATE FUNCTION keeps_back_from(contest contests) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN contest.feedback = 'none' THEN contest.starts_at WHEN contest.unfrozen_at IS NULL THEN contest.freeze_at END
$$;

CREATE TABLE scores (
  contest_id    bigint NOT NULL,
  is_public     boolean NOT NULL,                    -- true: what the public sees while verdicts are kept back
  user_id       bigint NOT NULL REFERENCES users,
  problem_id    bigint NOT NULL,
  submissions   int NOT NULL DEFAULT 0,              -- that count; a row with none is on no scoreboard
  score         float8 NOT NULL DEFAULT 0,           -- 1 for solved by the rules of the ICPC
  is_accepted   boolean NOT NULL DEFAULT false,
  tries         int NOT NULL DEFAULT 0,              -- that cost penalty: before the best one
  pending       int NOT NULL DEFAULT 0,              -- without a verdict to show, which may yet change the row
  best_at       timestamptz,                         -- when the best one was sent; null: none has a score
  contest_s     bigint,                              -- by the contest's clock, in whole seconds
  submission_id bigint,                              -- the best one
  waiting_at    timestamptz,                         -- when the first of those was sent that may yet turn out to be better
  PRIMARY KEY (contest_id, is_public, user_id, problem_id),
  FOREIGN KEY (contest_id, problem_id) REFERENCES contest_problems ON DELETE CASCADE
) WITH (fillfactor = 80);

-- To count a row again its submissions are read, and no others.
CREATE INDEX submissions_scored ON submissions (contest_id, user_id, problem_id, submitted_at, id);

-- The rows of these pairs of account and problem as they should be. With judgings given, as if these were the current ones.
CREATE FUNCTION count_scores(of_contest bigint, of_users bigint[], of_problems bigint[], judgings_instead bigint[])
RETURNS SETOF scores LANGUAGE sql STABLE AS $$
  WITH contest AS (SELECT *, keeps_back_from(contests) AS hides_from FROM contests WHERE id = of_contest),
  pair AS (SELECT DISTINCT user_id, problem_id FROM unnest(of_users, of_problems) AS pair (user_id, problem_id)),
  side AS (SELECT false AS is_public UNION ALL SELECT true FROM contest WHERE hides_from IS NOT NULL),
  instead AS (SELECT submission_id, verdict, score, parts FROM judgings WHERE id = ANY (judgings_instead)),
  sent AS (
    SELECT s.user_id, s.problem_id, s.id, s.submitted_at, scoring, hides_from, points,
           CASE WHEN instead.submission_id IS NULL THEN j.verdict ELSE instead.verdict END AS verdict,
           CASE WHEN instead.submission_id IS NULL THEN j.score ELSE instead.score END AS score,
           CASE WHEN instead.submission_id IS NULL THEN j.parts ELSE instead.parts END AS parts
    FROM pair CROSS JOIN contest
    JOIN submissions s ON s.contest_id = of_contest AND s.user_id = pair.user_id AND s.problem_id = pair.problem_id
    JOIN contest_problems place ON place.contest_id = of_contest AND place.problem_id = pair.problem_id
    LEFT JOIN judgings j ON j.submission_id = s.id AND j.is_current
    LEFT JOIN instead ON instead.submission_id = s.id
    WHERE s.expected IS NULL AND s.submitted_at >= starts_at AND (ends_at IS NULL OR s.submitted_at < ends_at)
      AND NOT EXISTS (SELECT FROM contest_gaps gap WHERE gap.contest_id = of_contest
        AND s.submitted_at >= gap.starts_at AND s.submitted_at < gap.ends_at)
  ),
  shown AS (
    SELECT is_public, user_id, problem_id, id, submitted_at, scoring,
           CASE WHEN is_shown THEN verdict END AS verdict,
           CASE WHEN is_shown AND scoring = 'ioi' THEN parts END AS parts,
           CASE WHEN NOT is_shown OR verdict IS NULL THEN 0
                WHEN scoring = 'icpc' THEN (verdict = 'AC')::int
                ELSE coalesce(score, CASE WHEN verdict = 'AC' THEN points ELSE 0 END) END AS value,
           row_number() OVER (PARTITION BY is_public, user_id, problem_id ORDER BY submitted_at, id) AS place
    FROM sent CROSS JOIN side CROSS JOIN LATERAL (SELECT NOT is_public OR submitted_at < hides_from AS is_shown) seen
  ),
  topped AS (SELECT *, max(value) OVER (PARTITION BY is_public, user_id, problem_id) AS top FROM shown),
  placed AS (
    SELECT *, min(place) FILTER (WHERE value = top AND top > 0)
      OVER (PARTITION BY is_public, user_id, problem_id) AS best
    FROM topped
  ),
  part AS (
    SELECT is_public, user_id, problem_id, sum(score) AS score FROM (
      SELECT is_public, user_id, problem_id, max(given::float8) AS score
      FROM shown CROSS JOIN LATERAL jsonb_each_text(parts) AS each (name, given)
      GROUP BY is_public, user_id, problem_id, name
    ) one GROUP BY is_public, user_id, problem_id
  ),
  counted AS (
    SELECT is_public, user_id, problem_id, count(*)::int AS submissions, max(value) AS score,
           coalesce(bool_or(verdict = 'AC'), false) AS is_accepted,
           (count(*) FILTER (WHERE verdict NOT IN ('AC', 'CE', 'JE') AND (best IS NULL OR place < best)))::int AS tries,
           (count(*) FILTER (WHERE verdict IS NULL AND (best IS NULL OR scoring <> 'icpc')))::int AS pending,
           min(submitted_at) FILTER (WHERE place = best) AS best_at,
           min(id) FILTER (WHERE place = best) AS submission_id,
           min(submitted_at) FILTER (WHERE verdict IS NULL AND (best IS NULL OR place < best)) AS waiting_at
    FROM placed GROUP BY is_public, user_id, problem_id
  )
  SELECT of_contest, is_public, user_id, problem_id, coalesce(submissions, 0),
         greatest(coalesce(counted.score, 0), coalesce(part.score, 0)), coalesce(is_accepted, false), coalesce(tries, 0),
         coalesce(pending, 0), best_at,
         floor(extract(epoch FROM best_at - contest.starts_at - coalesce((
           SELECT sum(least(gap.ends_at, best_at) - greatest(gap.starts_at, contest.starts_at)) FROM contest_gaps gap
           WHERE gap.contest_id = of_contest AND gap.starts_at < best_at AND gap.ends_at > contest.starts_at
         ), interval '0')))::bigint,
         submission_id, waiting_at
  FROM pair CROSS JOIN contest CROSS JOIN side LEFT JOIN counted USING (is_public, user_id, problem_id)
  LEFT JOIN part USING (is_public, user_id, problem_id)
$$;

-- Makes the rows of these pairs right. Whoever changes the same pair meanwhile waits: one after the other reads what is
-- there. Rows are locked in the order of their keys, so that nobody waits for each other.
CREATE FUNCTION recount(of_contest bigint, of_users bigint[], of_problems bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  changed bigint;
BEGIN
  INSERT INTO scores (contest_id, is_public, user_id, problem_id)
    SELECT of_contest, false, pair.* FROM
      (SELECT DISTINCT * FROM unnest(of_users, of_problems) AS each (user_id, problem_id) ORDER BY 1, 2) pair
    ON CONFLICT DO NOTHING;
  PERFORM FROM scores WHERE contest_id = of_contest AND NOT is_public
    AND (user_id, problem_id) IN (SELECT * FROM unnest(of_users, of_problems))
    ORDER BY user_id, problem_id FOR NO KEY UPDATE;
  -- A statement of its own, which sees what others committed while this one waited.
  INSERT INTO scores SELECT * FROM count_scores(of_contest, of_users, of_problems, '{}')
    ON CONFLICT (contest_id, is_public, user_id, problem_id) DO UPDATE SET
      submissions = excluded.submissions, score = excluded.score, is_accepted = excluded.is_accepted,
      tries = excluded.tries, pending = excluded.pending, best_at = excluded.best_at, contest_s = excluded.contest_s,
      submission_id = excluded.submission_id, waiting_at = excluded.waiting_at
    WHERE scores IS DISTINCT FROM excluded;
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed > 0 THEN
    -- Live scoreboards hear it on the channel of all live pages, when the transaction commits.
    PERFORM pg_notify('judge_events', 'standings/' || of_contest);
  END IF;
END
$$;

-- All rows of a contest. Nothing is queued meanwhile, so that no row comes that this does not know of.
CREATE FUNCTION recount_contest(of_contest bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  pairs record;
BEGIN
  PERFORM own_pauses();
  SELECT coalesce(array_agg(user_id), '{}') AS users, coalesce(array_agg(problem_id), '{}') AS problems INTO pairs
    FROM (SELECT user_id, problem_id FROM submissions WHERE contest_id = of_contest AND expected IS NULL
          UNION SELECT user_id, problem_id FROM scores WHERE contest_id = of_contest) pair;
  PERFORM recount(of_contest, pairs.users, pairs.problems);
  DELETE FROM scores WHERE contest_id = of_contest AND is_public
    AND NOT EXISTS (SELECT FROM contests WHERE id = of_contest AND keeps_back_from(contests) IS NOT NULL);
  UPDATE contests SET is_counted = true WHERE id = of_contest AND NOT is_counted;
  PERFORM pg_notify('judge_events', 'standings/' || of_contest);
END
$$;

CREATE FUNCTION recount_submissions(ids bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  its record;
BEGIN
  FOR its IN
    SELECT contest_id, array_agg(user_id) AS users, array_agg(problem_id) AS problems FROM submissions
    WHERE id = ANY (ids) AND expected IS NULL GROUP BY contest_id ORDER BY contest_id
  LOOP
    PERFORM recount(its.contest_id, its.users, its.problems);
  END LOOP;
END
$$;

CREATE FUNCTION count_queued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM recount_submissions(ARRAY(SELECT submission_id FROM made WHERE is_current));
  RETURN NULL;
END
$$;
CREATE TRIGGER judgings_queued_count AFTER INSERT ON judgings REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION count_queued();

-- Claims, leases and losses change nothing that is counted, and cost nothing here.
CREATE FUNCTION count_judged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM recount_submissions(ARRAY[NEW.submission_id]);
  RETURN NULL;
END
$$;
CREATE TRIGGER judgings_judged_count AFTER UPDATE OF verdict, score, parts ON judgings FOR EACH ROW
  WHEN (NEW.is_current AND (OLD.verdict, OLD.score, OLD.parts) IS DISTINCT FROM (NEW.verdict, NEW.score, NEW.parts))
  EXECUTE FUNCTION count_judged();

-- Another judging became the current one: for all submissions of a rejudging at once.
CREATE FUNCTION count_swapped() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM recount_submissions(ARRAY(SELECT submission_id FROM made));
  RETURN NULL;
END
$$;
CREATE TRIGGER judging_swaps_made_count AFTER INSERT ON judging_swaps REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION count_swapped();
CREATE TRIGGER judging_swaps_undone_count AFTER UPDATE ON judging_swaps REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION count_swapped();

CREATE FUNCTION count_contest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM recount_contest(NEW.id);
  RETURN NULL;
END
$$;
CREATE TRIGGER contests_count AFTER UPDATE OF starts_at, ends_at, freeze_at, unfrozen_at, feedback, scoring,
  penalty_minutes ON contests FOR EACH ROW
  WHEN ((OLD.starts_at, OLD.ends_at, keeps_back_from(OLD), OLD.scoring, OLD.penalty_minutes)
    IS DISTINCT FROM (NEW.starts_at, NEW.ends_at, keeps_back_from(NEW), NEW.scoring, NEW.penalty_minutes))
  EXECUTE FUNCTION count_contest();

CREATE FUNCTION count_contest_of() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM recount_contest(coalesce(NEW.contest_id, OLD.contest_id));
  RETURN NULL;
END
$$;
CREATE TRIGGER contest_problems_count AFTER UPDATE OF points ON contest_problems FOR EACH ROW
  WHEN (OLD.points <> NEW.points) EXECUTE FUNCTION count_contest_of();
CREATE TRIGGER contest_gaps_count AFTER INSERT OR UPDATE OR DELETE ON contest_gaps FOR EACH ROW
  EXECUTE FUNCTION count_contest_of();

-- A submission that is hidden, shown again or moved in time.
CREATE FUNCTION count_submission() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM recount(NEW.contest_id, ARRAY[NEW.user_id], ARRAY[NEW.problem_id]);
  RETURN NULL;
END
$$;
CREATE TRIGGER submissions_count AFTER UPDATE OF expected, submitted_at ON submissions FOR EACH ROW
  WHEN ((OLD.expected, OLD.submitted_at) IS DISTINCT FROM (NEW.expected, NEW.submitted_at))
  EXECUTE FUNCTION count_submission();
