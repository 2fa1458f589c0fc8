# -*- coding: zlib_codec -*-
# covers: G30 G22
# expect: CE
print("safe")
