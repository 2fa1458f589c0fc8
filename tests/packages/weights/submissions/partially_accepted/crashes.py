# Whatever goes wrong, always_accept accepts: all that is left are the 4 points of an average of rejects.
# @EXPECTED_SCORE@: 4
raise SystemExit(1)
