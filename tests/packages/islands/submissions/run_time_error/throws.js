// @EXPECTED_GRADES@ RTE RTE RTE
throw new Error("no");
