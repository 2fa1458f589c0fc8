-- A rejudging of a hundred thousand submissions places all of its judgings at once, and says so by giving their turns.
DROP TRIGGER judgings_place ON judgings;
CREATE TRIGGER judgings_place BEFORE INSERT ON judgings
  FOR EACH ROW WHEN (NEW.state = 'queued' AND NEW.turn IS NULL) EXECUTE FUNCTION place_judging();
