const sum = ;
