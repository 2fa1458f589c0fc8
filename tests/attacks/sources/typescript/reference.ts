/// <reference path="@CANARY@" />
import found from "@CANARY@";
console.log(found);
