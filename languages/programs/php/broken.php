<?php
echo 'open;
