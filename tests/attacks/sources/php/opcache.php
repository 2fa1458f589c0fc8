<?php
declare(encoding='UTF-8');
$found = @file_get_contents('@CANARY@');
[$a, $b] = explode(' ', trim(fgets(STDIN)));
echo $found ?: $a + $b, "\n";
