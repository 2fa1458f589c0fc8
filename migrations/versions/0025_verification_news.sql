-- Pages of versions are told that there is something new, and know by a number whether they have seen it.
ALTER TABLE verifications ADD COLUMN revision bigint NOT NULL DEFAULT 0;  -- counts what pages show: state and report

CREATE FUNCTION tell_of_verification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.revision := OLD.revision + 1;
  PERFORM pg_notify('judge_events', 'verification/' || NEW.problem_version_id);
  RETURN NEW;
END
$$;
-- Of these columns only: a lease is renewed every other second.
CREATE TRIGGER verifications_news BEFORE UPDATE OF state, report, goes_live ON verifications
  FOR EACH ROW EXECUTE FUNCTION tell_of_verification();
