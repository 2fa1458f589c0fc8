@include "@CANARY@"
{ print $1 + $2 }
