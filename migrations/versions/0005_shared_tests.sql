-- Test cases of a long judging that other judgehosts may run; gone when the judging's attempt is.

CREATE TABLE shared_tests (
  judging_id   bigint NOT NULL REFERENCES judgings ON DELETE CASCADE,
  attempt      int NOT NULL,                         -- that of the judging
  index        int NOT NULL,                         -- of the test case, from 0
  judgehost_id bigint REFERENCES judgehosts,         -- who runs it; null: nobody yet
  taken_at     timestamptz,
  run          jsonb,                                -- what came of it, where it was run elsewhere
  PRIMARY KEY (judging_id, attempt, index),
  CHECK ((judgehost_id IS NULL) = (taken_at IS NULL))
);
CREATE INDEX shared_tests_waiting ON shared_tests (judging_id, attempt, index) WHERE judgehost_id IS NULL;
