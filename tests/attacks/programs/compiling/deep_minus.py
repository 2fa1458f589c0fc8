# covers: G23
# expect: CE RTE
y = @TIMES 100000 -@1
print("safe")
