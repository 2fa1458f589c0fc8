# covers: G23
# expect: CE
x = @TIMES 100000 (@1@TIMES 100000 )@
print("safe")
