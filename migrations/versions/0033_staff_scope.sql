ALTER TYPE scope ADD VALUE 'staff' BEFORE 'setter';  -- also see what staff sees of the contests that the account helps with
