-- Counting one row again takes less time than planning how to, which a connection therefore does once. Many rows have to be
-- planned for: what is best for one would compare each with each.

ALTER FUNCTION recount(bigint, bigint[], bigint[]) RENAME TO recount_rows;

CREATE FUNCTION recount_one(of_contest bigint, of_users bigint[], of_problems bigint[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = 'force_generic_plan' AS $$
BEGIN
  PERFORM recount_rows(of_contest, of_users, of_problems);
END
$$;

CREATE FUNCTION recount_many(of_contest bigint, of_users bigint[], of_problems bigint[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = 'force_custom_plan' AS $$
BEGIN
  PERFORM recount_rows(of_contest, of_users, of_problems);
END
$$;

CREATE FUNCTION recount(of_contest bigint, of_users bigint[], of_problems bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(of_users) = 1 THEN
    PERFORM recount_one(of_contest, of_users, of_problems);
  ELSE
    PERFORM recount_many(of_contest, of_users, of_problems);
  END IF;
END
$$;
