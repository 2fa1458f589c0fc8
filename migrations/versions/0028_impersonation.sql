-- Admins who look at the site as a contestant sees it. Their session stays theirs, and says as whom.

ALTER TABLE sessions
  ADD COLUMN acting_as    bigint REFERENCES users ON DELETE CASCADE,  -- null: as themselves
  ADD COLUMN acting_until timestamptz,
  ADD CONSTRAINT sessions_acting CHECK ((acting_as IS NULL) = (acting_until IS NULL));

-- However it ends (on request, by logging out, in time, with the account), the audit log says so.
CREATE FUNCTION tell_end_of_acting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_log (user_id, action, data)
    VALUES (OLD.user_id, 'end impersonation', jsonb_build_object('user_id', OLD.acting_as));
  RETURN NULL;
END
$$;
CREATE TRIGGER sessions_acting_ended AFTER UPDATE OF acting_as ON sessions FOR EACH ROW
  WHEN (OLD.acting_as IS NOT NULL AND OLD.acting_as IS DISTINCT FROM NEW.acting_as) EXECUTE FUNCTION tell_end_of_acting();
CREATE TRIGGER sessions_acting_deleted AFTER DELETE ON sessions FOR EACH ROW
  WHEN (OLD.acting_as IS NOT NULL) EXECUTE FUNCTION tell_end_of_acting();
