-- The newest judgings of a problem version say how long others wait for the next.
CREATE INDEX judgings_durations ON judgings (problem_version_id, finished_at DESC)
  WHERE state = 'done' AND claimed_at IS NOT NULL AND rejudging_id IS NULL;
