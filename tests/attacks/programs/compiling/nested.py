# covers: G23
# expect: AC CE RTE
x = @TIMES 100 (@1@TIMES 100 )@
print("safe")
