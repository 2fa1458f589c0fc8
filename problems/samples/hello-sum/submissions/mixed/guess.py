# @EXPECTED_RESULTS@: WRONG-ANSWER, RUN-ERROR
# Knows the samples by heart; on anything else it fails one way or another.
n = int(input())
amounts = list(map(int, input().split()))
print({3: 6, 2: -1}[n])
