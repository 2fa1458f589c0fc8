<?php
[$a, $b] = explode(' ', trim(fgets(STDIN)));
$steps = 0;
for ($i = 0; $i < 10000000; $i++) {
    $steps++;
}
echo $a + $b + $steps - 10000000, "\n";
