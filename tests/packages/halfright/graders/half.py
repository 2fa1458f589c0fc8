# Accepts a group of which at least a share of the results is accepted; else it has the verdict of the last failure.
import sys

share = float(sys.argv[1]) if len(sys.argv) > 1 else 0.5
results = [line.split() for line in sys.stdin if line.strip()]
failures = [verdict for verdict, _ in results if verdict != "AC"]
is_accepted = len(results) - len(failures) >= share * len(results)
print("AC" if is_accepted else failures[-1], sum(float(score) for _, score in results))
